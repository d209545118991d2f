package dev.posthouse.relay.fault;

import dev.posthouse.net.Role;
import dev.posthouse.relay.meet.Directory;
import dev.posthouse.relay.meet.MemoryDirectory;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A directory in memory that fails on demand, before it does anything, and that can be asked who is left in it. */
public final class FaultyDirectory implements Directory {

    private final MemoryDirectory directory = new MemoryDirectory();
    // Guarded by itself, together with what the directory has: one without the other would be told wrongly.
    private final Set<Presence> there = new HashSet<>();
    private final Faults faults;

    public FaultyDirectory(Faults faults) {
        this.faults = faults;
    }

    @Override
    public Optional<Presence> match(String dialect, String name, Role role) {
        faults.strike(Faults.Call.MATCH);
        synchronized (there) {
            Optional<Presence> matched = directory.match(dialect, name, role);
            matched.ifPresent(there::remove);
            return matched;
        }
    }

    @Override
    public Meeting meet(Presence presence) {
        faults.strike(Faults.Call.MEET);
        synchronized (there) {
            Meeting meeting = directory.meet(presence);
            switch (meeting) {
                case Meeting.Matched matched -> there.remove(matched.partner());
                case Placing placing -> note(placing, presence);
            }
            return meeting;
        }
    }

    @Override
    public Placing announce(Presence presence) {
        faults.strike(Faults.Call.ANNOUNCE);
        synchronized (there) {
            Placing placing = directory.announce(presence);
            note(placing, presence);
            return placing;
        }
    }

    @Override
    public Optional<Presence> find(String dialect, String name) {
        faults.strike(Faults.Call.FIND);
        return directory.find(dialect, name);
    }

    @Override
    public void restore(Presence presence) {
        synchronized (there) {
            directory.restore(presence);
            there.add(presence);
        }
    }

    @Override
    public boolean withdraw(Presence presence) {
        faults.strike(Faults.Call.WITHDRAW);
        synchronized (there) {
            there.remove(presence);
            return directory.withdraw(presence);
        }
    }

    private void note(Placing placing, Presence presence) {
        if (placing instanceof Meeting.Waiting waiting) {
            there.add(presence);
            waiting.replaced().ifPresent(there::remove);
        }
    }

    /** Who is in it now. */
    public List<Presence> there() {
        synchronized (there) {
            return List.copyOf(there);
        }
    }
}
