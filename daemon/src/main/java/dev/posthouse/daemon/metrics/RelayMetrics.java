package dev.posthouse.daemon.metrics;

import dev.posthouse.net.Reason;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.event.RelayListener;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is counted from events. Labels are dialects, routes and reasons, which are few and fixed: never a token, a key or
 * an address. Any thread.
 */
public final class RelayMetrics implements RelayListener {

    private final MeterRegistry registry;
    private final AtomicInteger acceptPaused = new AtomicInteger();

    /** @param registry gets the meters, each when its event first happens */
    public RelayMetrics(MeterRegistry registry) {
        this.registry = registry;
        // A supplier is held strongly; a number by itself would be held weakly, and its gauge be NaN once it is
        // collected.
        Gauge.builder("posthouse.accept.paused", acceptPaused::get).register(registry);
    }

    @Override
    public void on(RelayEvent event) {
        switch (event) {
            case RelayEvent.Listening e -> {}
            case RelayEvent.Advice e -> {}
            case RelayEvent.Accepted e -> count("posthouse.accepted", "dialect", e.dialect());
            case RelayEvent.Refused e ->
                count(
                        "posthouse.refused",
                        "dialect",
                        e.dialect().orElse("none"),
                        "reason",
                        e.reason().label());
            case RelayEvent.WaitStarted e -> {}
            case RelayEvent.WaitEnded e ->
                registry.timer(
                                "posthouse.wait.duration",
                                "dialect",
                                e.dialect(),
                                "reason",
                                e.reason().label())
                        .record(e.waited());
            case RelayEvent.Met e -> count("posthouse.met", "dialect", e.dialect());
            case RelayEvent.NotRelayed e -> {
                String route = e.reason() == Reason.DIRECT ? "direct" : "none";
                count(
                        "posthouse.not.relayed",
                        "dialect",
                        e.dialect(),
                        "reason",
                        e.reason().label());
                registry.timer("posthouse.setup.duration", "dialect", e.dialect(), "route", route)
                        .record(e.took());
            }
            case RelayEvent.CircuitOpened e ->
                registry.timer("posthouse.setup.duration", "dialect", e.dialect(), "route", "relayed")
                        .record(e.took());
            case RelayEvent.CircuitClosed e ->
                registry.timer(
                                "posthouse.circuit.duration",
                                "dialect",
                                e.dialect(),
                                "reason",
                                e.reason().label())
                        .record(e.lasted());
            case RelayEvent.AcceptPaused e -> {
                acceptPaused.set(1);
                count("posthouse.accept.pauses");
            }
            case RelayEvent.AcceptResumed e -> acceptPaused.set(0);
            case RelayEvent.Fault e -> count("posthouse.faults");
        }
    }

    private void count(String name, String... labels) {
        registry.counter(name, labels).increment();
    }
}
