package dev.posthouse.relay;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

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
            outcome[0] = new Meeting.Waiting(Optional.ofNullable(there));
            return presence;
        });
        return outcome[0];
    }

    @Override
    public Optional<Presence> announce(Presence presence) {
        return Optional.ofNullable(announced.put(key(presence), presence));
    }

    @Override
    public Optional<Presence> find(String dialect, String name) {
        return Optional.ofNullable(announced.get(new Key(dialect, name)));
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
