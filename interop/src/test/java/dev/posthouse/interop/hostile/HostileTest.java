package dev.posthouse.interop.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.interop.live.RdvPair;
import dev.posthouse.interop.live.RunningRelay;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A relay with a heap of 256 MiB and default limits, under each attack: the neighbour's bytes are right and go on, newcomers are
 * served, nothing runs out of memory, and afterwards nothing is left. How fast the neighbour was is printed, and counts with {@code
 * --all} alone; it wants what a link of a gigabit carries.
 */
@LiveHostile
class HostileTest {

    private static final boolean ALL = System.getenv("HOSTILE_ALL") != null;
    private static final Duration TIME = Duration.ofSeconds(ALL ? 60 : 8);
    private static final String ONLY = System.getenv().getOrDefault("HOSTILE_ONLY", "");

    private static final InetAddress NEIGHBOUR = InetAddress.ofLiteral("127.0.8.1");
    private static final InetAddress NEWCOMER = InetAddress.ofLiteral("127.0.8.2");

    /** What a newcomer may wait at most on a machine that the attackers share with the relay; a second with {@code --all}. */
    private static final Duration SERVED = Duration.ofSeconds(ALL ? 1 : 20);

    /** What the process may take beside its heap: code, classes, threads, direct buffers, kernel's share of none of it. */
    private static final long MOST_RESIDENT_MIB = 700;

    @TempDir
    static Path directory;

    static TestCertificates.Issued certificate;

    @BeforeAll
    static void issue() throws IOException {
        certificate = TestCertificates.in(directory).issue("127.0.0.1");
    }

    @TestFactory
    Stream<DynamicTest> relayStandsEveryAttack() {
        var tests = new ArrayList<DynamicTest>();
        for (Attack attack : Attack.values()) {
            for (int attackers : ALL ? new int[] {1, 3} : new int[] {1}) {
                String name = attack + " from " + (attackers == 1 ? "one address" : attackers + " addresses");
                if (name.matches(".*(" + ONLY + ").*")) {
                    tests.add(DynamicTest.dynamicTest(name, () -> stands(attack, attackers, name)));
                }
            }
        }
        return tests.stream();
    }

    private void stands(Attack attack, int attackers, String name) throws Exception {
        try (RunningRelay relay = RunningRelay.start(directory, certificate)) {
            Neighbour.pair(relay, NEWCOMER, "first").close();
            RunningRelay.Footprint before = settled(relay);
            long alone;
            try (Neighbour neighbour = Neighbour.meet(relay, NEIGHBOUR, "neighbour-alone", 1)) {
                alone = rate(neighbour, TIME.dividedBy(4));
                neighbour.finish();
            }
            var rushes = new ArrayList<Rush>();
            long least = ALL ? Math.ceilDiv(attack.tries(), attackers) : 0;
            long under;
            var worst = Duration.ZERO;
            long served = 0;
            long most = 0;
            long resident = 0;
            long limit = relay.memoryLimit();
            try (Neighbour neighbour = Neighbour.meet(relay, NEIGHBOUR, "neighbour", 2)) {
                for (int i = 0; i < attackers; i++) {
                    var rush = new Rush(relay, InetAddress.ofLiteral("127.0.9." + (i + 1)), TIME, least);
                    rushes.add(rush);
                    attack.start(rush);
                }
                long start = System.nanoTime();
                long had = neighbour.received();
                while (rushes.stream().anyMatch(Rush::goesOn)) {
                    Duration took = newcomer(relay, "newcomer-" + served++);
                    worst = took.compareTo(worst) > 0 ? took : worst;
                    most = Math.max(
                            most,
                            relay.status().getAsJsonObject("memory").get("held").getAsLong());
                    resident = Math.max(resident, relay.resident());
                }
                under = perSecond(neighbour.received() - had, start);
                neighbour.finish();
            } finally {
                for (Rush rush : rushes) {
                    rush.close();
                }
            }
            System.out.printf(
                    "%-45s neighbour %d MB/s, alone %d; newcomers %d, the slowest after %d ms; held %.1f of %.1f MB; resident %d"
                            + " MiB; tries %d, refused %d; %s%n",
                    name,
                    under / 1_000_000,
                    alone / 1_000_000,
                    served,
                    worst.toMillis(),
                    most / 1e6,
                    limit / 1e6,
                    resident,
                    rushes.stream().mapToLong(Rush::tries).sum(),
                    rushes.stream().mapToLong(Rush::refused).sum(),
                    relay.status().get("refused"));
            assertThat(relay.process().isAlive()).isTrue();
            assertThat(relay.events().all("fault")).as("faults in the log").isEmpty();
            assertThat(worst).as("the slowest newcomer").isLessThan(SERVED);
            assertThat(most).as("held for peers").isLessThanOrEqualTo(limit);
            assertThat(resident).as("resident MiB").isLessThan(MOST_RESIDENT_MIB);
            if (ALL) {
                assertThat(under).as("the neighbour's bytes a second").isGreaterThanOrEqualTo(alone / 2);
            }
            assertNothingIsLeft(relay, before);
        }
    }

    /** A pair that meets and says hello through the relay. */
    private static Duration newcomer(RunningRelay relay, String token) throws IOException {
        long start = System.nanoTime();
        try (RdvPair met = Neighbour.pair(relay, NEWCOMER, token)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            RdvPair.write(met.dialer(), "h");
            met.acceptor().read(one);
            assertThat(one.get(0)).isEqualTo((byte) 'h');
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static long rate(Neighbour neighbour, Duration time) throws InterruptedException {
        long start = System.nanoTime();
        long had = neighbour.received();
        await().pollInterval(Duration.ofMillis(50))
                .atMost(time.plusSeconds(60))
                .until(() -> System.nanoTime() - start > time.toNanos());
        return perSecond(neighbour.received() - had, start);
    }

    private static long perSecond(long bytes, long start) {
        return (long) (bytes / ((System.nanoTime() - start) / 1e9));
    }

    private static RunningRelay.Footprint settled(RunningRelay relay) {
        return await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(relay::footprint, seen -> seen.connections() == 0);
    }

    /** Connections, memory and descriptors are what they were; threads but for those that the system keeps a while. */
    private static void assertNothingIsLeft(RunningRelay relay, RunningRelay.Footprint before) {
        List<RunningRelay.Footprint> seen = new ArrayList<>();
        await("everything given back, as before: " + before + "; seen: " + seen)
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(250))
                .until(() -> {
                    RunningRelay.Footprint now = relay.footprint();
                    seen.clear();
                    seen.add(now);
                    return now.connections() == 0
                            && now.memory() == 0
                            && now.descriptors() <= before.descriptors() + 8
                            && now.threads() <= before.threads() + 16;
                });
    }
}
