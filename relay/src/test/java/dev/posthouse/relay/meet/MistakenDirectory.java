package dev.posthouse.relay.meet;

import dev.posthouse.net.Role;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A directory that looks first and acts then: it shows that {@link MemoryDirectoryScheduleTest} would find it. */
final class MistakenDirectory implements Directory {

    private final ConcurrentHashMap<String, Presence> waiting = new ConcurrentHashMap<>();

    @Override
    public Meeting meet(Presence presence) {
        Presence there = waiting.get(presence.name());
        if (there != null && there.role() == presence.role().other()) {
            // The mistake: somebody else may have met it since.
            waiting.remove(presence.name());
            return new Meeting.Matched(there);
        }
        return new Meeting.Waiting(Optional.ofNullable(waiting.put(presence.name(), presence)));
    }

    @Override
    public Optional<Presence> match(String dialect, String name, Role role) {
        throw new UnsupportedOperationException("only meet and withdraw are copied");
    }

    @Override
    public Placing announce(Presence presence) {
        throw new UnsupportedOperationException("only meet and withdraw are copied");
    }

    @Override
    public Optional<Presence> find(String dialect, String name) {
        throw new UnsupportedOperationException("only meet and withdraw are copied");
    }

    @Override
    public void restore(Presence presence) {
        throw new UnsupportedOperationException("only meet and withdraw are copied");
    }

    @Override
    public boolean withdraw(Presence presence) {
        return waiting.remove(presence.name(), presence);
    }
}
