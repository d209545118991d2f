package dev.posthouse.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.daemon.status.Totals;
import dev.posthouse.daemon.status.Waits;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.net.budget.MemoryBudget;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.testkit.LeakCheck;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A registry by itself holds what its meters read weakly: what a meter shows must not depend on the collector. */
@ExtendWith(LeakCheck.class)
class CollectedSourcesTest {

    private static final NameTag NAME = new NameTag("a1b2c3");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Totals totals = new Totals();
    private final Waits waits = new Waits(() -> 0);

    /** Binds, and keeps nothing but what the registry keeps. */
    private void bind() {
        new StateMetrics(List.of("rdv"), () -> 7, () -> true, MemoryBudget.ofHeap(), waits, totals)
                .bindTo(registry, "1", Instant.EPOCH.plusSeconds(5));
    }

    private static void collect() {
        var collected = new WeakReference<>(new Object());
        await("a collection").until(() -> {
            System.gc();
            return collected.refersTo(null);
        });
    }

    private static RelayEvent closed(long circuit, long dialer, long acceptor) {
        return new RelayEvent.CircuitClosed(
                "rdv", circuit, NAME, Reason.COMPLETED, dialer, acceptor, Duration.ZERO, Optional.empty());
    }

    @Test
    void bytesGoOnBeingCountedAfterACollection() {
        bind();
        totals.on(closed(1, 10, 20));
        assertThat(registry.scrape())
                .contains("posthouse_relayed_bytes_total{dialect=\"rdv\",from=\"dialer\"} 10.0")
                .contains("posthouse_relayed_bytes_total{dialect=\"rdv\",from=\"acceptor\"} 20.0");

        collect();
        totals.on(closed(2, 1, 2));

        assertThat(registry.scrape())
                .contains("posthouse_relayed_bytes_total{dialect=\"rdv\",from=\"dialer\"} 11.0")
                .contains("posthouse_relayed_bytes_total{dialect=\"rdv\",from=\"acceptor\"} 22.0");
    }

    @Test
    void gaugesOfTheStateAreStillReadAfterACollection() {
        bind();
        collect();
        waits.on(new RelayEvent.WaitStarted(
                "rdv", Role.DIALER, NAME, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)));

        assertThat(registry.scrape())
                .contains("posthouse_connections 7.0")
                .contains("posthouse_draining 1.0")
                .contains("posthouse_version{version=\"1\"} 1.0")
                .contains("posthouse_start_time_seconds 5.0")
                .contains("posthouse_circuits{dialect=\"rdv\"} 0.0")
                .contains("posthouse_waiting{dialect=\"rdv\"} 1.0")
                .doesNotContain("NaN", "posthouse_descriptors_limit 0.0");
    }

    @Test
    void thePauseOfAcceptingIsStillShownWhenNobodyHoldsTheListener() {
        new RelayMetrics(registry).on(new RelayEvent.AcceptPaused("full"));
        collect();

        assertThat(registry.scrape()).contains("posthouse_accept_paused 1.0");
    }
}
