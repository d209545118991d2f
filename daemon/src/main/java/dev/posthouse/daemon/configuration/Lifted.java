package dev.posthouse.daemon.configuration;

import dev.posthouse.net.address.NetworkBlock;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.relay.limit.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The restrictions that are in force and would no longer be under a new configuration. A file that was emptied, cut off or replaced by another says
 * nothing of them any more, and a relay must not open itself to everybody for that reason.
 *
 * <p>Lifted is what is gone: credentials of which a peer needs one, the list of allowed networks, a denied network, a limit. Lifted,
 * too, is a limit that is larger only since nobody says any more what it is, so that the default holds. A number that somebody has
 * written is meant, whether it is larger or not; so are a further token, key or allowed network.
 */
final class Lifted {

    /** Lets more bytes through the shorter it is: allowances begin anew with each. */
    private static final String PERIOD = "limits.period";

    private static final List<NetworkBlock> EVERYWHERE =
            List.of(NetworkBlock.parse("0.0.0.0/0"), NetworkBlock.parse("::/0"));

    private final Configuration before;
    private final Configuration after;
    private final List<String> found = new ArrayList<>();

    private Lifted(Configuration before, Configuration after) {
        this.before = before;
        this.after = after;
    }

    /** One line for each, which names the setting, what held and what would hold; none if nothing is lifted. */
    static List<String> by(Configuration before, Configuration after) {
        var lifted = new Lifted(before, after);
        lifted.credentials();
        lifted.networks();
        Settings.LIMITS.forEach(limit -> lifted.limit(limit.setting()));
        return List.copyOf(lifted.found);
    }

    private void credentials() {
        boolean needed = after.value(Settings.ACCESS_TOKENS).isPresent()
                || after.value(Settings.ACCESS_KEYS).isPresent();
        if (!needed) {
            // With one of the two left, peers of the other dialect are let in no more than before.
            before.value(Settings.ACCESS_TOKENS)
                    .ifPresent(file -> add(Settings.ACCESS_TOKENS, "no peer would need a token any more"));
            before.value(Settings.ACCESS_KEYS)
                    .ifPresent(file -> add(Settings.ACCESS_KEYS, "no peer would need a key any more"));
        }
    }

    private void networks() {
        if (!isEverybody(before.value(Settings.ACCESS_ALLOW)) && isEverybody(after.value(Settings.ACCESS_ALLOW))) {
            add(Settings.ACCESS_ALLOW, "peers could come from everywhere");
        }
        NetworkBlocks denied = after.value(Settings.ACCESS_DENY);
        before.value(Settings.ACCESS_DENY).blocks().stream()
                .filter(block -> !denied.covers(block))
                .forEach(block -> add(Settings.ACCESS_DENY, block + " would be denied no longer"));
    }

    private static boolean isEverybody(NetworkBlocks allowed) {
        return allowed.isEmpty() || EVERYWHERE.stream().anyMatch(allowed::covers);
    }

    private <T> void limit(Setting<T> limit) {
        long room = room(limit, after.value(limit));
        boolean unsaid = after.source(limit) instanceof Source.Default;
        if (room > room(limit, before.value(limit)) && (room == Long.MAX_VALUE || unsaid)) {
            add(limit, "it would be " + after.text(limit) + (unsaid ? ", the default" : ""));
        }
    }

    /** How much a limit lets through, for comparing two of its values. */
    private static long room(Setting<?> limit, Object value) {
        long size = value instanceof Duration time ? time.toMillis() : ((Number) value).longValue();
        if (limit.key().equals(PERIOD)) {
            return -size;
        }
        if (size == Limits.BY_HEAP) {
            // A bound, and one that nobody has written: more than any number, and less than none.
            return Long.MAX_VALUE - 1;
        }
        return size == 0 ? Long.MAX_VALUE : size;
    }

    private void add(Setting<?> setting, String consequence) {
        found.add(setting + ": now " + before.text(setting) + " (" + before.source(setting) + "); " + consequence);
    }
}
