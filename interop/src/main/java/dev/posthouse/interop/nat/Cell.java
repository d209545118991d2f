package dev.posthouse.interop.nat;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One row of the expectations: a network, and what each pair of peers must come to in it.
 *
 * @param name for people and for {@code --only}
 * @param byDefault which pairs run when not everything does
 * @param topology of the laboratory
 * @param conditions of its links
 * @param cutRelay whether the relay's uplink is cut while each connection is up
 * @param expected of the pairs that run here at all
 */
record Cell(
        String name,
        Set<Pair> byDefault,
        String topology,
        List<Condition> conditions,
        boolean cutRelay,
        Map<Pair, Expected> expected) {

    /** Link conditions of one host or router: {@code ra delay=10ms loss=1%}. */
    record Condition(String host, List<String> settings) {
        Condition {
            settings = List.copyOf(settings);
        }

        @Override
        public String toString() {
            return host + " " + String.join(" ", settings);
        }
    }

    Cell {
        byDefault = byDefault.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(byDefault));
        conditions = List.copyOf(conditions);
        expected = Collections.unmodifiableMap(new EnumMap<>(expected));
    }

    /** The pairs to run. */
    Set<Pair> pairs(boolean all) {
        return all ? expected.keySet() : byDefault;
    }

    /** Whether the hosts have no IPv4. */
    boolean isIpv6Only() {
        return topology.startsWith("ipv6") || topology.startsWith("v6");
    }

    /** Whether packets are lost, so that the system's own repetitions, seconds apart, decide how long all takes. */
    boolean isLossy() {
        return conditions.stream().anyMatch(one -> one.settings().stream().anyMatch(set -> set.startsWith("loss=")));
    }
}
