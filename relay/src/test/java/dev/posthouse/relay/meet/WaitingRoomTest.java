package dev.posthouse.relay.meet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.relay.splice.Splicer;
import dev.posthouse.relay.splice.WatchEnd;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever is parked leaves exactly once, whichever of taking, leaving, time and shutdown comes at the same instant. */
@ExtendWith(LeakCheck.class)
class WaitingRoomTest {

    /** Parked, and what became of it. Each end is counted, so that a second one shows. */
    private static final class Parked implements Waiter, AutoCloseable {
        private final TcpStream peer;
        private final TcpStream stream;
        private final AtomicInteger ended = new AtomicInteger();
        private volatile Optional<WatchEnd.Cause> cause = Optional.empty();

        Parked(TcpListener listener) throws IOException {
            this.peer = new TcpStream(SocketChannel.open(listener.address()));
            this.stream = new TcpStream(listener.accept());
        }

        @Override
        public ByteStream stream() {
            return stream;
        }

        @Override
        public void waitEnded(WatchEnd.Cause why, ByteStream back) {
            cause = Optional.of(why);
            back.abort();
            ended.incrementAndGet();
        }

        @Override
        public void close() {
            peer.abort();
            stream.abort();
        }
    }

    private TcpListener listener;
    private Splicer splicer;
    private WaitingRoom room;

    @BeforeEach
    void open() throws IOException {
        listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        splicer = Splicer.start();
        room = new WaitingRoom(splicer);
    }

    @AfterEach
    void close() throws IOException {
        splicer.close();
        listener.close();
    }

    /** Whatever it is that keeps a watch from starting, nobody is left in a slot that nobody watches. */
    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, OutOfMemoryError.class})
    void slotWhoseWatchCannotStartIsFree(Class<? extends Throwable> kind) throws Exception {
        try (var parked = new Parked(listener)) {
            long slot = room.reserve();
            Throwable fault = kind.getConstructor().newInstance();
            assertThatThrownBy(() -> room.park(slot, parked, () -> {
                        if (fault instanceof Error error) {
                            throw error;
                        }
                        throw (RuntimeException) fault;
                    }))
                    .isSameAs(fault);
            assertThat(room.size()).isZero();
            assertThat(room.take(slot)).isEmpty();
        }
    }

    @Test
    void whoIsTakenComesBackInBlockingModeAndTheSlotIsFree() throws Exception {
        try (var parked = new Parked(listener)) {
            long slot = room.reserve();
            room.park(slot, parked, Duration.ofMinutes(1));
            assertThat(room.size()).isEqualTo(1);
            WaitingRoom.Taken taken = room.take(slot).orElseThrow();
            assertThat(taken.waiter()).isSameAs(parked);
            parked.peer.write(ByteBuffer.wrap(new byte[] {7}));
            ByteBuffer one = ByteBuffer.allocate(1);
            assertThat(taken.stream().read(one)).isEqualTo(1);
            assertThat(one.get(0)).isEqualTo((byte) 7);
            assertThat(room.take(slot)).isEmpty();
            assertThat(room.size()).isZero();
            assertThat(parked.ended).hasValue(0);
        }
    }

    @Test
    void whoeverComesForAnArrivingSlotWaitsUntilItIsParked() throws Exception {
        try (var parked = new Parked(listener)) {
            long slot = room.reserve();
            var taking = Background.start(() -> room.take(slot)).awaitBlocked();
            room.park(slot, parked, Duration.ofMinutes(1));
            assertThat(taking.result().map(WaitingRoom.Taken::waiter)).contains(parked);
        }
    }

    @Test
    void whoeverComesForAnArrivingSlotThatIsGivenUpGoesAwayEmpty() {
        long slot = room.reserve();
        var taking = Background.start(() -> room.take(slot)).awaitBlocked();
        room.vacate(slot);
        assertThat(taking.result()).isEmpty();
        assertThat(room.size()).isZero();
    }

    @Test
    void waitForAnArrivingSlotCanBeInterrupted() {
        long slot = room.reserve();
        var taking = Background.start(() -> room.take(slot)).awaitBlocked();
        taking.interrupt();
        assertThat(taking.failure()).isInstanceOf(InterruptedException.class);
        room.vacate(slot);
    }

    @Test
    void parkedSlotIsNotVacated() throws Exception {
        try (var parked = new Parked(listener)) {
            long slot = room.reserve();
            room.park(slot, parked, Duration.ofMinutes(1));
            room.vacate(slot);
            assertThat(room.take(slot)).isPresent();
        }
    }

    @Test
    void nobodyIsParkedInASlotThatWasVacated() throws Exception {
        try (var parked = new Parked(listener)) {
            long slot = room.reserve();
            room.vacate(slot);
            assertThatThrownBy(() -> room.park(slot, parked, Duration.ofMinutes(1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("vacated");
        }
    }

    @Test
    void whoSpeaksLeavesOrWaitsTooLongIsTold() throws Exception {
        try (var speaks = new Parked(listener);
                var leaves = new Parked(listener);
                var stays = new Parked(listener)) {
            for (Parked one : List.of(speaks, leaves, stays)) {
                room.park(room.reserve(), one, Duration.ofMillis(one == stays ? 50 : 60_000));
            }
            speaks.peer.write(ByteBuffer.wrap(new byte[1]));
            leaves.peer.close();
            Awaitility.await().until(() -> room.size() == 0 && ends(List.of(speaks, leaves, stays)) == 3);
            assertThat(speaks.cause).contains(WatchEnd.Cause.READABLE);
            assertThat(leaves.cause).contains(WatchEnd.Cause.READABLE);
            assertThat(stays.cause).contains(WatchEnd.Cause.TIMED_OUT);
        }
    }

    @Test
    void allOfAKindAreTakenAndArrivingOnesAreNot() throws Exception {
        try (var one = new Parked(listener);
                var two = new Parked(listener)) {
            room.park(room.reserve(), one, Duration.ofMinutes(1));
            room.park(room.reserve(), two, Duration.ofMinutes(1));
            long arriving = room.reserve();
            assertThat(room.takeAll(Parked.class::isInstance))
                    .extracting(WaitingRoom.Taken::waiter)
                    .containsExactlyInAnyOrder(one, two);
            assertThat(room.size()).isEqualTo(1);
            room.vacate(arriving);
        }
    }

    /** Parking, taking by two at once, the peer's leaving and the time limit, all in the same instant. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everySlotEndsExactlyOnce(long seed) throws Exception {
        var random = new SplittableRandom(seed);
        int taken = 0;
        int told = 0;
        for (int i = 0; i < 150; i++) {
            try (var parked = new Parked(listener)) {
                long slot = room.reserve();
                List<Background<Optional<WaitingRoom.Taken>>> takers = new ArrayList<>();
                int spins = random.nextInt(3_000);
                for (int t = 0; t < 2; t++) {
                    takers.add(Background.start(() -> {
                        for (int s = 0; s < spins; s++) {
                            Thread.onSpinWait();
                        }
                        return room.take(slot);
                    }));
                }
                boolean shortly = random.nextBoolean();
                var leaving = random.nextBoolean() ? Optional.of(Background.run(parked.peer::abort)) : Optional.empty();
                room.park(
                        slot, parked, shortly ? Duration.ofNanos(1 + random.nextInt(300_000)) : Duration.ofMinutes(1));
                int wins = 0;
                for (var taker : takers) {
                    wins += taker.result().isPresent() ? 1 : 0;
                }
                if (leaving.isPresent()) {
                    ((Background<?>) leaving.get()).result();
                }
                if (wins == 0) {
                    Awaitility.await().until(() -> parked.ended.get() == 1);
                    told++;
                } else {
                    assertThat(parked.ended).as("seed %d round %d", seed, i).hasValue(0);
                    taken++;
                }
                assertThat(wins).as("seed %d round %d", seed, i).isLessThanOrEqualTo(1);
                assertThat(room.size()).isZero();
            }
        }
        assertThat(taken + told).isEqualTo(150);
    }

    private static int ends(List<Parked> all) {
        return all.stream().mapToInt(one -> one.ended.get()).sum();
    }

    @Test
    void whoIsWatchedByItsOwnDialectIsFoundTakenOnceAndMayLeave() throws Exception {
        try (var parked = new Parked(listener)) {
            long slot = room.reserve();
            assertThat(room.find(slot)).as("arriving").isEmpty();
            room.park(slot, parked, () -> () -> Optional.of(parked.stream()));
            assertThat(room.find(slot)).contains(parked);

            assertThat(room.take(slot)).map(WaitingRoom.Taken::waiter).contains(parked);
            assertThat(room.take(slot)).isEmpty();
            assertThat(room.find(slot)).isEmpty();

            long again = room.reserve();
            room.park(again, parked, () -> Optional::empty);
            assertThat(room.take(again)).as("its watch ends in this instant").isEmpty();
            room.leave(again);
            room.leave(again);
            assertThat(room.find(again)).isEmpty();
            assertThat(room.size()).isZero();
        }
    }
}
