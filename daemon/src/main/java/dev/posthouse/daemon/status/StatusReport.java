package dev.posthouse.daemon.status;

import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.Setting;
import dev.posthouse.daemon.configuration.Settings;
import dev.posthouse.daemon.json.Json;
import dev.posthouse.daemon.log.EventLine;
import dev.posthouse.net.budget.MemoryBudget;
import dev.posthouse.relay.circuit.Circuit;
import dev.posthouse.relay.limit.Descriptors;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the daemon is doing, as {@code /status.json} shows it; the fields are documented in docs/operations.md. It shows
 * addresses and name tags, no token and no key of a peer, and is for the operator alone.
 *
 * @param version of this build
 * @param started when the daemon started
 * @param now the time of day
 * @param nowNanos {@link System#nanoTime} at the same time
 * @param listening where
 * @param draining whether newcomers are turned away
 * @param connections open ones
 * @param descriptors of the process
 * @param memory what may be held for peers, and is
 * @param running circuits
 * @param waiting peers, the longest first
 * @param refusals who was refused why, the last first
 * @param totals sums since the start
 * @param bytes relayed since the start
 * @param dialectAddresses what clients are told of where a dialect is reached, by dialect
 * @param configuration in force
 */
public record StatusReport(
        String version,
        Instant started,
        Instant now,
        long nowNanos,
        List<InetSocketAddress> listening,
        boolean draining,
        long connections,
        Descriptors descriptors,
        MemoryBudget memory,
        Collection<Circuit> running,
        List<Waits.Wait> waiting,
        List<Refusals.Refusal> refusals,
        Totals totals,
        Totals.Relayed bytes,
        Map<String, List<String>> dialectAddresses,
        Configuration configuration) {

    /** Circuits, and waiting peers, that are listed; the numbers of all are beside the lists. */
    public static final int LISTED = 1_000;

    /** The report as one JSON object. */
    public String json() {
        var all = new LinkedHashMap<String, Object>();
        all.put("version", version);
        all.put("started", started.truncatedTo(ChronoUnit.MILLIS));
        all.put("uptimeSeconds", Duration.between(started, now).toSeconds());
        all.put("listening", listening.stream().map(EventLine::text).toList());
        dialectAddresses.forEach((dialect, addresses) -> all.put(dialect + "Addresses", addresses));
        all.put("draining", draining);
        all.put("connections", connections);
        all.put("descriptors", object("limit", descriptors.limit(), "used", descriptors.inUse()));
        all.put("memory", object("limit", memory.inAll(), "limitPerAddress", memory.perOwner(), "held", memory.held()));
        all.put("circuitsRunning", running.size());
        all.put("circuits", oldest().stream().map(this::circuit).toList());
        all.put("peersWaiting", waiting.size());
        all.put(
                "waiting",
                waiting.stream().limit(LISTED).map(StatusReport::wait).toList());
        all.put("accepted", totals.accepted());
        all.put("routes", object("direct", totals.direct(), "relayed", totals.relayed(), "neither", totals.neither()));
        all.put("bytes", object("dialer", bytes.dialer(), "acceptor", bytes.acceptor()));
        var refused = new LinkedHashMap<String, Object>();
        totals.refused().forEach((reason, count) -> refused.put(reason.label(), count));
        all.put("refused", refused);
        all.put(
                "refusals",
                refusals.stream()
                        .map(one -> object(
                                "address", one.address().getHostAddress(),
                                "reason", one.reason().label(),
                                "count", one.count()))
                        .toList());
        all.put("limits", limits());
        return Json.write(all);
    }

    private List<Circuit> oldest() {
        return running.stream()
                .sorted(Comparator.comparingLong(Circuit::id))
                .limit(LISTED)
                .toList();
    }

    private Map<String, Object> circuit(Circuit circuit) {
        return object(
                "id", circuit.id(),
                "dialect", circuit.dialect(),
                "name", circuit.name(),
                "since", now.minusNanos(nowNanos - circuit.startNanos()).truncatedTo(ChronoUnit.MILLIS),
                "dialer", EventLine.text(circuit.dialer()),
                "acceptor", EventLine.text(circuit.acceptor()),
                "dialerBytes", circuit.dialerBytes(),
                "acceptorBytes", circuit.acceptorBytes());
    }

    private static Map<String, Object> wait(Waits.Wait wait) {
        return object(
                "dialect", wait.dialect(),
                "role", wait.role().label(),
                "name", wait.name(),
                "remote", EventLine.text(wait.remote()),
                "seconds", wait.waited().toSeconds());
    }

    private Map<String, Object> limits() {
        var limits = new LinkedHashMap<String, Object>();
        for (Setting<?> setting : Settings.all()) {
            if (setting.section().equals("limits")) {
                limits.put(setting.name(), configuration.text(setting));
            }
        }
        return limits;
    }

    private static Map<String, Object> object(Object... namesAndValues) {
        var object = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put(namesAndValues[i].toString(), namesAndValues[i + 1]);
        }
        return object;
    }
}
