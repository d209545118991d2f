package dev.posthouse.daemon.metrics;

import dev.posthouse.daemon.status.Totals;
import dev.posthouse.daemon.status.Waits;
import dev.posthouse.net.budget.MemoryBudget;
import dev.posthouse.relay.limit.Descriptors;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What is read off the relay whenever somebody asks for the metrics. Each meter reads a number or two; bytes of circuits that
 * run are those of the last {@link Totals#catchUp}.
 *
 * @param dialects which the relay speaks
 * @param connections open ones
 * @param draining whether newcomers are turned away
 * @param memory what may be held for peers, and is
 * @param waits who waits
 * @param totals sums since the start
 */
public record StateMetrics(
        List<String> dialects,
        LongSupplier connections,
        BooleanSupplier draining,
        MemoryBudget memory,
        Waits waits,
        Totals totals) {

    /** Adds the meters to a registry, which then keeps all of this alive. */
    public void bindTo(MeterRegistry registry, String version, Instant started) {
        gauge(registry, "posthouse.connections", connections::getAsLong);
        gauge(registry, "posthouse.draining", () -> draining.getAsBoolean() ? 1 : 0);
        gauge(registry, "posthouse.descriptors.limit", () -> Descriptors.ofThisProcess()
                .limit());
        gauge(registry, "posthouse.descriptors.used", () -> Descriptors.ofThisProcess()
                .inUse());
        bytesGauge(registry, "posthouse.memory.held", memory::held);
        bytesGauge(registry, "posthouse.memory.limit", memory::inAll);
        gauge(registry, "posthouse.version", () -> 1, "version", version);
        Gauge.builder("posthouse.start.time", () -> started.toEpochMilli() / 1_000.0)
                .baseUnit("seconds")
                .register(registry);
        for (String dialect : dialects) {
            gauge(registry, "posthouse.waiting", () -> waits.count(dialect), "dialect", dialect);
            gauge(registry, "posthouse.circuits", () -> totals.circuits(dialect), "dialect", dialect);
            bytes(registry, dialect, "dialer", () -> totals.relayedBytes(dialect)
                    .dialer());
            bytes(registry, dialect, "acceptor", () -> totals.relayedBytes(dialect)
                    .acceptor());
        }
    }

    private static void gauge(MeterRegistry registry, String name, Supplier<Number> value, String... labels) {
        Gauge.builder(name, value).tags(labels).register(registry);
    }

    private static void bytesGauge(MeterRegistry registry, String name, Supplier<Number> value) {
        Gauge.builder(name, value).baseUnit("bytes").register(registry);
    }

    private static void bytes(MeterRegistry registry, String dialect, String from, LongSupplier value) {
        // A registry holds what a function counter reads weakly, and shows the last sum for ever once that is
        // collected. The
        // function is held strongly, so it has the source in it.
        FunctionCounter.builder("posthouse.relayed", value, source -> value.getAsLong())
                .baseUnit("bytes")
                .tags("dialect", dialect, "from", from)
                .register(registry);
    }
}
