package dev.posthouse.relay.meet;

import dev.posthouse.net.Role;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The directory of a single node. */
public final class MemoryDirectory implements Directory {

    private record Key(String dialect, String name) {}

    private final ConcurrentHashMap<Key, Presence> waiting = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Key, Presence> announced = new ConcurrentHashMap<>();

    @Override
    public Optional<Presence> match(String dialect, String name, Role role) {
        var found = new Presence[1];
        waiting.computeIfPresent(new Key(dialect, name), (key, there) -> {
            if (there.role() == role) {
                return there;
            }
            found[0] = there;
            return null;
        });
        return Optional.ofNullable(found[0]);
    }

    @Override
    public Meeting meet(Presence presence) {
        var outcome = new Meeting[1];
        waiting.compute(key(presence), (key, there) -> {
            if (there != null && there.role() == presence.role().other()) {
                outcome[0] = new Meeting.Matched(there);
                return null;
            }
            Placing placing = placing(there, presence);
            outcome[0] = placing;
            return placing instanceof Meeting.Superseded ? there : presence;
        });
        return outcome[0];
    }

    @Override
    public Placing announce(Presence presence) {
        var outcome = new Placing[1];
        announced.compute(key(presence), (key, there) -> {
            outcome[0] = placing(there, presence);
            return outcome[0] instanceof Meeting.Superseded ? there : presence;
        });
        return outcome[0];
    }

    private static Placing placing(@Nullable Presence there, Presence comes) {
        return there != null && comes.isOlderThan(there)
                ? new Meeting.Superseded()
                : new Meeting.Waiting(Optional.ofNullable(there));
    }

    @Override
    public Optional<Presence> find(String dialect, String name) {
        return Optional.ofNullable(announced.get(new Key(dialect, name)));
    }

    @Override
    public void restore(Presence presence) {
        waiting.putIfAbsent(key(presence), presence);
    }

    @Override
    public boolean withdraw(Presence presence) {
        return remove(waiting, presence) || remove(announced, presence);
    }

    private static boolean remove(ConcurrentHashMap<Key, Presence> from, Presence presence) {
        var found = new boolean[1];
        from.computeIfPresent(key(presence), (key, there) -> {
            found[0] = there.slot() == presence.slot() && there.node().equals(presence.node());
            return found[0] ? null : there;
        });
        return found[0];
    }

    private static Key key(Presence presence) {
        return new Key(presence.dialect(), presence.name());
    }
}
