package dev.posthouse.relay.splice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.testkit.Background;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What joining promises, whatever moves the bytes. */
abstract class SpliceContract extends DataPathFixture {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void bothDirectionsArriveByteForByte(long seed) throws Exception {
        var random = new SplittableRandom(seed);
        byte[] there = random(random, 2_000_000 + random.nextInt(1_000_000));
        byte[] back = random(random, 2_000_000 + random.nextInt(1_000_000));
        Joined pair = join(Terms.UNLIMITED);

        Future<?> left = sendInChunks(pair.left(), there, random.split());
        Future<?> right = sendInChunks(pair.right(), back, random.split());
        Future<Received> leftGot = tasks.submit(() -> readAll(pair.left()));
        Received rightGot = readAll(pair.right());

        assertThat(rightGot.bytes()).isEqualTo(there);
        assertThat(rightGot.ended()).isTrue();
        assertThat(leftGot.get().bytes()).isEqualTo(back);
        assertThat(leftGot.get().ended()).isTrue();
        left.get();
        right.get();
        SpliceEnd end = pair.awaitEnd();
        assertThat(end.reason()).isEqualTo(Reason.COMPLETED);
        assertThat(end.error()).isEmpty();
        assertThat(end.leftToRight()).isEqualTo(there.length);
        assertThat(end.rightToLeft()).isEqualTo(back.length);
    }

    private Future<?> sendInChunks(TcpStream to, byte[] bytes, SplittableRandom random) {
        return tasks.submit(() -> {
            int sent = 0;
            while (sent < bytes.length) {
                int size = Math.min(bytes.length - sent, 1 + random.nextInt(random.nextBoolean() ? 600 : 200_000));
                to.write(ByteBuffer.wrap(bytes, sent, size));
                sent += size;
            }
            to.shutdownOutput();
            return null;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theEndOfOneDirectionLeavesTheOtherOpen(boolean leftFirst) throws Exception {
        Joined pair = join(Terms.UNLIMITED);
        TcpStream first = leftFirst ? pair.left() : pair.right();
        TcpStream second = leftFirst ? pair.right() : pair.left();

        write(first, text("request"));
        first.shutdownOutput();
        assertThat(readAll(second).bytes()).isEqualTo(text("request"));
        for (int i = 0; i < 10; i++) {
            write(second, text("answer " + i));
            assertThat(read(first, 8)).isEqualTo(text("answer " + i));
        }
        assertThat(pair.end()).isNotDone();
        second.shutdownOutput();

        assertThat(readAll(first)).satisfies(rest -> assertThat(rest.ended()).isTrue());
        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.COMPLETED);
    }

    @Test
    void aLargeAnswerAfterAHalfCloseArrivesWhole() throws Exception {
        Joined pair = join(Terms.UNLIMITED);
        byte[] answer = random(new SplittableRandom(5), 20_000_000);
        pair.left().shutdownOutput();

        Future<?> sending = sendInChunks(pair.right(), answer, new SplittableRandom(6));

        assertThat(readAll(pair.left()).bytes()).isEqualTo(answer);
        sending.get();
        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.COMPLETED);
    }

    @Test
    void peersThatNeverCloseDoNotHoldAPairWhoseDirectionsHaveBothEnded() throws Exception {
        Joined pair = join(Terms.UNLIMITED);

        pair.left().shutdownOutput();
        pair.right().shutdownOutput();

        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.COMPLETED);
        assertThat(pair.left().isOpen() && pair.right().isOpen()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aResetOfOnePeerReachesTheOther(boolean left) throws Exception {
        Joined pair = join(Terms.UNLIMITED);
        write(pair.left(), text("there"));
        assertThat(read(pair.right(), 5)).isEqualTo(text("there"));
        write(pair.right(), text("back"));
        assertThat(read(pair.left(), 4)).isEqualTo(text("back"));

        (left ? pair.left() : pair.right()).abort();

        TcpStream survivor = left ? pair.right() : pair.left();
        assertThatThrownBy(() -> read(survivor, 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("reset");
        SpliceEnd end = pair.awaitEnd();
        assertThat(end.reason()).isEqualTo(Reason.PEER_RESET);
        assertThat(end.error()).isPresent();
        assertThat(end.leftToRight()).isEqualTo(5);
        assertThat(end.rightToLeft()).isEqualTo(4);
    }

    @Test
    void aResetAfterAHalfCloseIsCarriedToo() throws Exception {
        Joined pair = join(Terms.UNLIMITED);
        pair.left().shutdownOutput();
        assertThat(readAll(pair.right()).ended()).isTrue();

        pair.right().abort();

        assertThat(readAll(pair.left()).ended()).isFalse();
        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.PEER_RESET);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void whatArrivesBeforeAResetIsAnExactPrefix(long seed) throws Exception {
        var random = new SplittableRandom(seed);
        byte[] bytes = random(random, 5_000_000);
        int resetAt = random.nextInt(bytes.length);
        Joined pair = join(Terms.UNLIMITED);

        Future<?> sending = tasks.submit(() -> {
            pair.left().write(ByteBuffer.wrap(bytes, 0, resetAt));
            pair.left().abort();
            return null;
        });
        Received got = readAll(pair.right());

        sending.get();
        assertThat(got.ended())
                .as("a reset must not look like an end, seed %d", seed)
                .isFalse();
        assertThat(got.bytes()).as("seed %d", seed).isEqualTo(Arrays.copyOf(bytes, got.bytes().length));
        SpliceEnd end = pair.awaitEnd();
        assertThat(end.reason()).isEqualTo(Reason.PEER_RESET);
        assertThat(end.leftToRight()).isBetween((long) got.bytes().length, (long) resetAt);
    }

    @Test
    void aReaderThatStopsHoldsUpItsOwnSenderOnly() throws Exception {
        Connection slow = connect();
        // A fixed window: by itself the kernel would take megabytes before anything stalls.
        slow.peer().channel().setOption(StandardSocketOptions.SO_RCVBUF, 64 * 1024);
        Joined stalled = join(connect(), slow, Terms.UNLIMITED);
        Joined neighbour = join(Terms.UNLIMITED);
        byte[] bytes = random(new SplittableRandom(21), 64 * 1024 * 1024);

        Future<?> sending = tasks.submit(() -> {
            stalled.left().write(ByteBuffer.wrap(bytes));
            stalled.left().shutdownOutput();
            return null;
        });
        await("the sender to be held up")
                .during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(20))
                .until(() -> stalled.splice().leftToRight(), new Unchanging()::stays);

        assertThat(sending.isDone()).isFalse();
        assertThat(stalled.splice().leftToRight()).isLessThan(16 * 1024 * 1024);
        write(stalled.right(), text("the other direction"));
        assertThat(read(stalled.left(), 19)).isEqualTo(text("the other direction"));
        write(neighbour.left(), text("the neighbour"));
        assertThat(read(neighbour.right(), 13)).isEqualTo(text("the neighbour"));

        assertThat(readAll(stalled.right()).bytes()).isEqualTo(bytes);
        sending.get();
    }

    /** Whether a number is the same as at the last look. */
    private static final class Unchanging {
        private long last = -1;

        boolean stays(long value) {
            boolean same = value == last && value > 0;
            last = value;
            return same;
        }
    }

    @Test
    void aStalledPairCanBeEnded() throws Exception {
        Joined pair = join(Terms.UNLIMITED);
        Future<Received> sending = tasks.submit(() -> {
            try {
                while (true) {
                    write(pair.left(), new byte[100_000]);
                }
            } catch (IOException e) {
                return readAll(pair.left());
            }
        });
        await("the sender to be held up")
                .during(Duration.ofMillis(200))
                .atMost(Duration.ofSeconds(20))
                .until(() -> pair.splice().leftToRight(), new Unchanging()::stays);

        pair.splice().end(Reason.LIMIT_TOTAL);

        SpliceEnd end = pair.awaitEnd();
        assertThat(end.reason()).isEqualTo(Reason.LIMIT_TOTAL);
        assertThat(end.leftToRight()).isLessThanOrEqualTo(pair.splice().leftToRight());
        sending.get();
        assertThat(readAll(pair.right()).bytes().length).isLessThanOrEqualTo((int) end.leftToRight());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, BUFFER, BUFFER + 1, 3_000_000})
    void bytesReadAheadGoFirst(int size) throws Exception {
        var random = new SplittableRandom(size);
        byte[] leftFront = random(random, size);
        byte[] rightFront = random(random, size);
        Connection left = connect();
        Connection right = connect();
        write(left.peer(), text("then from left"));
        write(right.peer(), text("then from right"));
        Joined pair = join(front(left, leftFront), front(right, rightFront), Terms.UNLIMITED);

        Future<byte[]> atRight = tasks.submit(() -> read(pair.right(), size + 14));
        byte[] atLeft = read(pair.left(), size + 15);

        assertThat(atLeft).isEqualTo(concat(rightFront, text("then from right")));
        assertThat(atRight.get()).isEqualTo(concat(leftFront, text("then from left")));
        assertThat(pair.splice().leftToRight()).isEqualTo(size + 14);
        assertThat(pair.splice().rightToLeft()).isEqualTo(size + 15);
    }

    private static Connection front(Connection connection, byte[] bytes) {
        return new Connection(connection.peer(), PushbackStream.of(connection.leg(), ByteBuffer.wrap(bytes)));
    }

    @Test
    void bytesReadAheadArriveThoughTheirPeerHasAlreadyEnded() throws Exception {
        Connection left = connect();
        left.peer().shutdownOutput();
        Joined pair = join(front(left, text("last words")), connect(), Terms.UNLIMITED);

        assertThat(readAll(pair.right())).satisfies(got -> {
            assertThat(got.bytes()).isEqualTo(text("last words"));
            assertThat(got.ended()).isTrue();
        });
    }

    @Test
    void aPairInWhichNothingMovesEndsIdle() throws Exception {
        Joined pair = join(idle(Duration.ofMillis(50)));

        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.IDLE);
        assertThat(readAll(pair.left()).ended()).isFalse();
        assertThat(readAll(pair.right()).ended()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bytesOfEitherDirectionStartTheIdleTimeAgain(boolean leftSends) throws Exception {
        Duration idle = Duration.ofMillis(600);
        Joined pair = join(idle(idle));
        long start = System.nanoTime();

        while (System.nanoTime() - start < idle.multipliedBy(4).dividedBy(3).toNanos()) {
            write(leftSends ? pair.left() : pair.right(), text("x"));
            assertThat(read(leftSends ? pair.right() : pair.left(), 1)).isEqualTo(text("x"));
        }

        assertThat(pair.end()).isNotDone();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReaderThatTakesNothingEndsThePairAndBothKnow(boolean leftReads) throws Exception {
        Joined pair = join(stalled(Duration.ofMillis(300)));
        TcpStream reader = leftReads ? pair.left() : pair.right();
        TcpStream sender = leftReads ? pair.right() : pair.left();
        byte[] bytes = random(new SplittableRandom(25), 64 * 1024 * 1024);

        Future<?> sending = tasks.submit(() -> sender.write(ByteBuffer.wrap(bytes)));

        SpliceEnd end = pair.awaitEnd();
        assertThat(end.reason()).isEqualTo(Reason.STALLED);
        assertThat(end.error()).get().isInstanceOfSatisfying(StalledReader.class, error -> assertThat(error.left())
                .isEqualTo(leftReads));
        assertThat(sending)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .havingRootCause()
                .isInstanceOf(IOException.class);
        assertThat(readAll(reader)).satisfies(got -> {
            assertThat(got.ended()).as("cut off must not look like an end").isFalse();
            assertThat(got.bytes()).isEqualTo(Arrays.copyOf(bytes, got.bytes().length));
        });
    }

    @Test
    void aQuietPairIsNeverStalled() throws Exception {
        Duration limit = Duration.ofMillis(50);
        Joined pair = join(stalled(limit));
        write(pair.left(), text("question"));
        assertThat(read(pair.right(), 8)).isEqualTo(text("question"));

        await().during(limit.multipliedBy(6)).until(() -> !pair.end().isDone());

        write(pair.right(), text("answer"));
        assertThat(read(pair.left(), 6)).isEqualTo(text("answer"));
    }

    @Test
    void aReaderThatTakesALittleNowAndThenIsNotStalled() throws Exception {
        Duration limit = Duration.ofSeconds(1);
        Connection slow = connect();
        // A fixed window, so that the system tells the sender of every little that is read.
        slow.peer().channel().setOption(StandardSocketOptions.SO_RCVBUF, 16 * 1024);
        Joined pair = join(connect(), slow, stalled(limit));
        byte[] bytes = random(new SplittableRandom(26), 64 * 1024 * 1024);
        Future<?> sending = tasks.submit(() -> {
            pair.left().write(ByteBuffer.wrap(bytes));
            pair.left().shutdownOutput();
            return null;
        });
        await("the sender to be held up").until(() -> pair.splice().leftToRight(), new Unchanging()::stays);

        // Less in all than what a socket must have free before the system calls it writable again.
        ByteBuffer got = ByteBuffer.allocate(bytes.length);
        for (int i = 0; i < 15; i++) {
            got.put(read(pair.right(), 40_000));
            long start = System.nanoTime();
            await().pollDelay(Duration.ZERO)
                    .until(() -> System.nanoTime() - start > limit.dividedBy(5).toNanos());
        }

        assertThat(pair.end()).isNotDone();
        got.put(read(pair.right(), got.remaining()));
        assertThat(got.array()).isEqualTo(bytes);
        sending.get();
    }

    @Test
    void aPairThatWaitsForItsMeterIsNotStalled() throws Exception {
        Duration limit = Duration.ofMillis(100);
        var meter = new FakeMeter();
        Joined pair = join(new Terms(Duration.ZERO, limit, List.of(meter)));
        write(pair.left(), text("x"));

        await().during(limit.multipliedBy(4)).until(() -> !pair.end().isDone());
        meter.grant(1);

        assertThat(read(pair.right(), 1)).isEqualTo(text("x"));
    }

    @Test
    void anAllowanceLetsExactlyItsBytesThrough() throws Exception {
        byte[] bytes = random(new SplittableRandom(31), 150_000);
        Joined pair = join(metered(Meter.allowance(100_003)));

        tasks.submit(() -> pair.left().write(ByteBuffer.wrap(bytes)));
        Received got = readAll(pair.right());

        assertThat(got.bytes()).isEqualTo(Arrays.copyOf(bytes, 100_003));
        assertThat(got.ended()).as("cut off must not look like an end").isFalse();
        SpliceEnd end = pair.awaitEnd();
        assertThat(end.reason()).isEqualTo(Reason.LIMIT_BYTES);
        assertThat(end.leftToRight()).isEqualTo(100_003);
    }

    /** What waits for a reader that takes nothing does not keep a circuit whose allowance is used up, with no other bound set. */
    @Test
    void anAllowanceEndsAPairWhoseOtherDirectionStandsStill() throws Exception {
        var usedUp = new AtomicBoolean();
        Joined pair = join(metered(new Meter() {
            @Override
            public int take(int want, long now) {
                return usedUp.get() ? EXHAUSTED : want;
            }

            @Override
            public void settle(int used, int unused) {}

            @Override
            public long retryAfter(long now) {
                return 0;
            }
        }));
        var sending = Background.run(() -> pair.left().write(ByteBuffer.allocate(64 * 1024 * 1024)));
        awaitStill(pair.splice()::leftToRight);
        usedUp.set(true);

        write(pair.right(), text("one too many"));

        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.LIMIT_BYTES);
        assertThat(sending.failure()).isInstanceOf(IOException.class);
    }

    /** Until it has begun to grow and has not for a while. */
    private static void awaitStill(LongSupplier count) {
        var last = new AtomicLong(-1);
        await().pollInterval(Duration.ofMillis(100))
                .until(() -> count.getAsLong() > 0 && count.getAsLong() == last.getAndSet(count.getAsLong()));
    }

    @Test
    void anAllowanceThatIsJustEnoughEndsInOrder() throws Exception {
        Joined pair = join(metered(Meter.allowance(12)));

        write(pair.left(), text("seven.."));
        assertThat(read(pair.right(), 7)).isEqualTo(text("seven.."));
        write(pair.right(), text("five!"));
        pair.left().shutdownOutput();
        pair.right().shutdownOutput();

        assertThat(readAll(pair.left()))
                .satisfies(got -> assertThat(got.bytes()).isEqualTo(text("five!")));
        assertThat(readAll(pair.right()))
                .satisfies(got -> assertThat(got.ended()).isTrue());
        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.COMPLETED);
    }

    @Test
    void bytesReadAheadCountAgainstTheAllowance() throws Exception {
        Joined pair = join(front(connect(), text("0123456789")), connect(), metered(Meter.allowance(4)));

        assertThat(readAll(pair.right()).bytes()).isEqualTo(text("0123"));
        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.LIMIT_BYTES);
    }

    @Test
    void aSharedAllowanceIsUsedUpByAllPairsTogether() throws Exception {
        Meter shared = Meter.allowance(1_000_000);
        List<Joined> pairs = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            pairs.add(join(metered(shared)));
        }
        List<Future<Received>> received = new ArrayList<>();
        for (Joined pair : pairs) {
            tasks.submit(() -> {
                pair.left().write(ByteBuffer.allocate(500_000));
                pair.left().shutdownOutput();
                return null;
            });
            received.add(tasks.submit(() -> readAll(pair.right())));
        }

        long total = 0;
        for (Future<Received> each : received) {
            total += each.get().bytes().length;
        }

        assertThat(total).isEqualTo(1_000_000);
    }

    @Test
    void whatAMeterDoesNotAllowYetComesWhenItDoes() throws Exception {
        var meter = new FakeMeter();
        Joined pair = join(metered(meter));
        pair.right().channel().configureBlocking(false);

        write(pair.left(), text("0123456789"));
        meter.grant(3);
        assertThat(readUntil(pair.right(), 3)).isEqualTo(text("012"));
        meter.awaitRefusals(2);
        assertThat(pair.right().channel().read(ByteBuffer.allocate(10))).isZero();
        meter.grant(5);
        assertThat(readUntil(pair.right(), 5)).isEqualTo(text("34567"));
        meter.awaitRefusals(2);
        assertThat(pair.right().channel().read(ByteBuffer.allocate(10))).isZero();
        meter.grant(100);
        assertThat(readUntil(pair.right(), 2)).isEqualTo(text("89"));
        assertThat(meter.used()).isEqualTo(10);
    }

    @Test
    void allMetersMustAllow() throws Exception {
        var first = new FakeMeter();
        var second = new FakeMeter();
        Joined pair = join(metered(first, second));
        pair.right().channel().configureBlocking(false);

        first.grant(8);
        second.grant(5);
        write(pair.left(), text("0123456789"));

        assertThat(readUntil(pair.right(), 5)).isEqualTo(text("01234"));
        second.awaitRefusals(2);
        assertThat(pair.right().channel().read(ByteBuffer.allocate(10))).isZero();
        await().until(() -> first.used() == 5 && second.used() == 5);
        assertThat(first.granted()).isEqualTo(3);
    }

    @Test
    void aPairThatWaitsForItsMeterIsNotIdle() throws Exception {
        Duration idle = Duration.ofMillis(300);
        var meter = new FakeMeter(idle.multipliedBy(2));
        Joined pair = join(front(connect(), text("x")), connect(), new Terms(idle, Duration.ZERO, List.of(meter)));

        await().until(() -> meter.refusals() == 2);
        meter.grant(1);

        assertThat(read(pair.right(), 1)).isEqualTo(text("x"));
        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.IDLE);
    }

    @Test
    void eachDirectionHasMetersOfItsOwn() throws Exception {
        var there = new FakeMeter();
        var back = new FakeMeter();
        Joined pair = join(terms(Duration.ZERO, List.of(there), List.of(back)));
        there.grant(3);
        back.grant(2);
        write(pair.left(), text("abc"));
        write(pair.right(), text("xy"));

        assertThat(read(pair.right(), 3)).isEqualTo(text("abc"));
        assertThat(read(pair.left(), 2)).isEqualTo(text("xy"));
        await().until(() -> there.used() == 3 && back.used() == 2);
    }

    @Test
    void anAllowanceOfOneDirectionLeavesTheOtherAlone() throws Exception {
        Joined pair = join(terms(Duration.ZERO, List.of(), List.of(Meter.allowance(2))));
        byte[] much = random(new SplittableRandom(33), 100_000);
        tasks.submit(() -> pair.left().write(ByteBuffer.wrap(much)));
        assertThat(read(pair.right(), much.length)).isEqualTo(much);
        assertThat(pair.end()).isNotDone();

        write(pair.right(), text("xyz"));
        assertThat(read(pair.left(), 2)).isEqualTo(text("xy"));
        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.LIMIT_BYTES);
    }

    /** Whatever moves, and whatever other bounds are set. */
    @ParameterizedTest
    @ValueSource(longs = {0, 60_000})
    void aPairLastsForItsLongestTime(long idleMillis) throws Exception {
        var terms = new Terms(
                Duration.ofMillis(idleMillis),
                Duration.ofMillis(idleMillis),
                Duration.ofMillis(300),
                List.of(),
                List.of(),
                Holding.uncounted(),
                Holding.uncounted());
        long start = System.nanoTime();
        Joined pair = join(terms);
        try {
            while (!pair.end().isDone()) {
                write(pair.left(), text("x"));
                read(pair.right(), 1);
            }
        } catch (IOException | AssertionError e) {
            // It was cut off between two looks.
        }
        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.LIMIT_TIME);
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(terms.longest().toNanos());
    }

    @Test
    void aQuietPairLastsForItsLongestTime() throws Exception {
        Joined pair = join(terms(Duration.ofMillis(50), List.of(), List.of()));
        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.LIMIT_TIME);
    }

    private static Terms terms(Duration longest, List<Meter> there, List<Meter> back) {
        return new Terms(Duration.ZERO, Duration.ZERO, longest, there, back, Holding.uncounted(), Holding.uncounted());
    }

    private static byte[] readUntil(TcpStream nonBlocking, int count) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(count + 1);
        await().until(() -> {
            nonBlocking.channel().read(into);
            return into.position() >= count;
        });
        return Arrays.copyOf(into.array(), into.position());
    }

    @Test
    void endingAbortsBothAndSaysWhy() throws Exception {
        Joined pair = join(Terms.UNLIMITED);
        write(pair.left(), text("abc"));
        assertThat(read(pair.right(), 3)).isEqualTo(text("abc"));

        pair.splice().end(Reason.DIRECT);
        pair.splice().end(Reason.IDLE);

        SpliceEnd end = pair.awaitEnd();
        assertThat(end.reason()).isEqualTo(Reason.DIRECT);
        assertThat(end.error()).isEmpty();
        assertThat(end.leftToRight()).isEqualTo(3);
        assertThat(readAll(pair.left()).ended()).isFalse();
        assertThat(readAll(pair.right()).ended()).isFalse();
        pair.splice().end(Reason.IDLE);
    }

    @Test
    void onEndComesOnAVirtualThreadAfterBothStreamsAreClosed() throws Exception {
        Connection left = connect();
        Connection right = connect();
        var seen = new java.util.concurrent.CompletableFuture<List<Boolean>>();
        Splice splice = dataPath.join(
                left.leg(),
                right.leg(),
                Terms.UNLIMITED,
                end -> seen.complete(List.of(
                        Thread.currentThread().isVirtual(),
                        left.leg().isOpen(),
                        right.leg().isOpen())));

        splice.end(Reason.SHUTDOWN);

        assertThat(seen.get(10, TimeUnit.SECONDS)).containsExactly(true, false, false);
    }

    @Test
    void closingEndsEveryPair() {
        List<Joined> pairs = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            pairs.add(join(Terms.UNLIMITED));
        }

        dataPath.close();

        assertThat(pairs)
                .allSatisfy(pair -> assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.SHUTDOWN));
    }

    @Test
    void joiningAfterClosingEndsAtOnce() {
        dataPath.close();

        Joined pair = join(Terms.UNLIMITED);

        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.SHUTDOWN);
        assertThat(readAll(pair.left()).ended()).isFalse();
    }

    @Test
    void aStreamThatIsAlreadyClosedEndsThePairAsBroken() throws Exception {
        Connection left = connect();
        Connection right = connect();
        left.leg().close();

        Joined pair = join(left, right, Terms.UNLIMITED);

        SpliceEnd end = pair.awaitEnd();
        assertThat(end.reason()).isEqualTo(Reason.PEER_RESET);
        assertThat(end.error()).isPresent();
        assertThat(readAll(right.peer()).ended()).isFalse();
    }

    @Test
    void fiveHundredPairsMoveAtOnce() throws Exception {
        List<Joined> pairs = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            pairs.add(join(Terms.UNLIMITED));
        }
        List<Future<Boolean>> moving = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            Joined pair = pairs.get(i);
            var random = new SplittableRandom(i);
            byte[] bytes = random(random, 1 + random.nextInt(200_000));
            tasks.submit(() -> {
                write(pair.left(), bytes);
                pair.left().shutdownOutput();
                return null;
            });
            moving.add(tasks.submit(() -> {
                boolean same = Arrays.equals(readAll(pair.right()).bytes(), bytes);
                pair.right().close();
                return same;
            }));
        }

        for (Future<Boolean> each : moving) {
            assertThat(each.get()).isTrue();
        }
        assertThat(pairs)
                .allSatisfy(pair -> assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.COMPLETED));
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
