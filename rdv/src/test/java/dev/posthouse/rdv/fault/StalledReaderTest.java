package dev.posthouse.rdv.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.rdv.server.ServerFixture;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A reader that stops slows its own sender and nobody else, in bounded memory. */
@ExtendWith(LeakCheck.class)
class StalledReaderTest {

    private static final long SEED = 21;
    private static final int PAIRS = 200;

    /** More than the sockets of a pair on the way hold together, whatever the system lets them grow to. */
    private static final long MOST_IN_SOCKETS = 24L << 20;

    /** Seconds for which a stall is held after it is proved; {@code -Dposthouse.stall=60} makes it a long one. */
    private static final int STALL = Integer.getInteger("posthouse.stall", 0);

    private static Limits unlimited() {
        return Limits.builder()
                .circuitsPerAddress(0)
                .waitingPerAddress(0)
                .stalled(Duration.ZERO)
                .build();
    }

    @Test
    void senderBlocksWhileItsReaderStallsAndEverythingArrivesAfterwards() throws IOException {
        long total = 2 * MOST_IN_SOCKETS;
        try (var server = ServerFixture.start(RdvServer.withDefaults(), unlimited());
                RelayedPair stalled = RelayedPair.meet(server.address(), "stalled");
                RelayedPair neighbour = RelayedPair.meet(server.address(), "neighbour")) {
            var transfer = new Transfer(SEED);
            var sending = Background.start(() -> transfer.send(stalled.dialer(), total));
            awaitStill(List.of(transfer));
            sending.awaitBlocked();
            assertThat(transfer.accepted()).isLessThan(MOST_IN_SOCKETS);
            move(neighbour, 32L << 20);
            long until = System.nanoTime() + STALL * 1_000_000_000L;
            while (System.nanoTime() < until) {
                LockSupport.parkNanos(100_000_000);
            }
            assertThat(sending.isDone()).isFalse();
            stalled.acceptor().readTimeout(Duration.ZERO);
            assertThat(transfer.receive(stalled.acceptor())).isEmpty();
            assertThat(sending.result()).isEmpty();
            transfer.assertWhole(total);
        }
    }

    @Test
    void stalledPairsCostTheRelayLittleEach() throws IOException {
        try (var server = ServerFixture.start(RdvServer.withDefaults(), unlimited());
                RelayedPair neighbour = RelayedPair.meet(server.address(), "neighbour")) {
            List<RelayedPair> pairs = new ArrayList<>();
            List<Background<Optional<IOException>>> senders = new ArrayList<>();
            List<Transfer> transfers = new ArrayList<>();
            try {
                for (int i = 0; i < PAIRS; i++) {
                    pairs.add(RelayedPair.meet(server.address(), "t" + i));
                }
                long heapBefore = heap();
                long directBefore = direct();
                for (int i = 0; i < PAIRS; i++) {
                    var transfer = new Transfer(SEED + i);
                    transfers.add(transfer);
                    RelayedPair pair = pairs.get(i);
                    senders.add(Background.start(() -> transfer.send(pair.dialer(), 1L << 40)));
                }
                awaitStill(transfers);
                move(neighbour, 8L << 20);
                // On the heap are this test's own sixteen KiB and a thread for each, and nothing of the relay's.
                assertThat((heap() - heapBefore) / PAIRS).isLessThan(64 * 1_024);
                // Whole buffers for the first 64 of each loop, 16 KiB for each further one (and the test's own writes).
                long loops = Runtime.getRuntime().availableProcessors();
                assertThat(direct() - directBefore)
                        .isLessThan(loops * 68 * 256 * 1_024 + PAIRS * 48L * 1_024 + (8 << 20));
            } finally {
                pairs.forEach(RelayedPair::close);
            }
            senders.forEach(sender -> assertThat(sender.result()).isPresent());
        }
    }

    /** Until all senders have begun and none has moved for a while. */
    private static void awaitStill(List<Transfer> transfers) {
        long last = -1;
        for (int still = 0; still < 20; ) {
            long now = transfers.stream().mapToLong(Transfer::accepted).sum();
            boolean begun = transfers.stream().allMatch(transfer -> transfer.accepted() > 0);
            still = begun && now == last ? still + 1 : 0;
            last = now;
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static void move(RelayedPair pair, long bytes) {
        var transfer = new Transfer(SEED - 1);
        pair.acceptor().readTimeout(Duration.ZERO);
        var sending = Background.start(() -> transfer.send(pair.dialer(), bytes));
        assertThat(Background.start(() -> transfer.receive(pair.acceptor())).result())
                .isEmpty();
        assertThat(sending.result()).isEmpty();
        transfer.assertWhole(bytes);
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
