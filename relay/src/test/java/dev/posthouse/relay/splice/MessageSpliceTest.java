package dev.posthouse.relay.splice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two streams of messages, joined. */
class MessageSpliceTest extends DataPathFixture {

    /** What the test holds of a joined pair. */
    private record Pair(MessageStream left, MessageStream right, Splice splice, CompletableFuture<SpliceEnd> end) {

        SpliceEnd awaitEnd() {
            return end.orTimeout(30, TimeUnit.SECONDS).join();
        }
    }

    @Override
    ByteStream leg(TcpStream raw) {
        return raw;
    }

    private Pair joined(Terms terms) {
        Connection left = connect();
        Connection right = connect();
        var end = new CompletableFuture<SpliceEnd>();
        Splice splice =
                dataPath.join(new LengthPrefixed(left.leg()), new LengthPrefixed(right.leg()), terms, end::complete);
        return new Pair(new LengthPrefixed(left.peer()), new LengthPrefixed(right.peer()), splice, end);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static List<byte[]> receiveAll(MessageStream from) throws IOException {
        var all = new ArrayList<byte[]>();
        for (Optional<ByteBuffer> next = from.receive(); next.isPresent(); next = from.receive()) {
            all.add(bytes(next.get()));
        }
        return all;
    }

    @Test
    void messagesKeepTheirBordersBothWaysAndCountTheirOwnBytes() throws Exception {
        Pair pair = joined(Terms.UNLIMITED);
        var random = new SplittableRandom(7);
        var sent = new ArrayList<byte[]>();
        long total = 0;
        for (int i = 0; i < 200; i++) {
            sent.add(random(random, i % 10 == 0 ? 0 : random.nextInt(1, 60_000)));
            total += sent.getLast().length;
        }
        Future<List<byte[]>> received = tasks.submit(() -> receiveAll(pair.right()));
        pair.right().send(ByteBuffer.wrap(text("back")));
        for (byte[] message : sent) {
            pair.left().send(ByteBuffer.wrap(message));
        }
        assertThat(bytes(pair.left().receive().orElseThrow())).isEqualTo(text("back"));
        pair.left().shutdownOutput();

        assertThat(received.get()).containsExactlyElementsOf(sent);
        pair.right().close();
        assertThat(pair.left().receive()).isEmpty();
        SpliceEnd end = pair.awaitEnd();
        assertThat(end.reason()).isEqualTo(Reason.COMPLETED);
        assertThat(end.leftToRight()).isEqualTo(total);
        assertThat(end.rightToLeft()).isEqualTo(4);
        assertThat(pair.splice().leftToRight()).isEqualTo(total);
    }

    @Test
    void whatCameBeforeTheEndReachesAReaderThatWasAsleep() throws Exception {
        Pair pair = joined(Terms.UNLIMITED);
        byte[] message = random(new SplittableRandom(8), 64 * 1024);
        Future<?> sender = tasks.submit(() -> {
            for (int i = 0; i < 200; i++) {
                pair.left().send(ByteBuffer.wrap(message));
            }
            pair.left().shutdownOutput();
            return null;
        });
        // Nobody reads until the sender is held up, or has put all of it into the system's buffers.
        while (!sender.isDone() && pair.splice().leftToRight() < 1_000_000) {
            Thread.onSpinWait();
        }
        List<byte[]> received = receiveAll(pair.right());
        sender.get();

        assertThat(received).hasSize(200).allSatisfy(one -> assertThat(one).isEqualTo(message));
        assertThat(pair.end()).as("the right side has not ended yet").isNotDone();
        pair.right().close();
        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.COMPLETED);
    }

    @Test
    void aFailureOfOneSideAbortsTheOther() throws Exception {
        Pair pair = joined(Terms.UNLIMITED);
        pair.left().abort();

        assertThatThrownBy(() -> pair.right().receive()).isInstanceOf(IOException.class);
        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.PEER_RESET);
    }

    @Test
    void aMessageOfWhichOnlyAPartIsAllowedIsNotSent() throws Exception {
        Pair pair = joined(metered(Meter.allowance(150)));
        pair.left().send(ByteBuffer.allocate(100));
        pair.left().send(ByteBuffer.allocate(100));

        assertThat(pair.right().receive().orElseThrow().remaining()).isEqualTo(100);
        assertThatThrownBy(() -> pair.right().receive()).isInstanceOf(IOException.class);
        SpliceEnd end = pair.awaitEnd();
        assertThat(end.reason()).isEqualTo(Reason.LIMIT_BYTES);
        assertThat(end.leftToRight()).isEqualTo(100);
    }

    @Test
    void aMessageLargerThanTheRatesBucketWaitsUntilItIsAllowedWhole() throws Exception {
        Pair pair = joined(metered(Meter.rate(40_000)));
        pair.left().send(ByteBuffer.allocate(50_000));

        assertThat(pair.right().receive().orElseThrow().remaining()).isEqualTo(50_000);
        pair.left().close();
        pair.right().close();
        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.COMPLETED);
    }

    @Test
    void silenceEndsIt() {
        Pair pair = joined(idle(Duration.ofMillis(200)));

        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.IDLE);
    }

    @Test
    void aReaderThatTakesNothingEndsThePairAndBothKnow() throws Exception {
        Pair pair = joined(stalled(Duration.ofMillis(300)));

        Future<?> sending = tasks.submit(() -> {
            while (true) {
                pair.left().send(ByteBuffer.allocate(1_000_000));
            }
        });

        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.STALLED);
        assertThat(sending)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .havingRootCause()
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> receiveAll(pair.right())).isInstanceOf(IOException.class);
    }

    @Test
    void aLargeMessageThatIsTakenPieceByPieceIsNotStalled() throws Exception {
        Duration limit = Duration.ofSeconds(1);
        Connection left = connect();
        Connection right = connect();
        right.peer().channel().setOption(StandardSocketOptions.SO_RCVBUF, 16 * 1024);
        var end = new CompletableFuture<SpliceEnd>();
        dataPath.join(new LengthPrefixed(left.leg()), new LengthPrefixed(right.leg()), stalled(limit), end::complete);
        byte[] message = random(new SplittableRandom(9), 32 * 1024 * 1024);
        Future<?> sending = tasks.submit(() -> {
            new LengthPrefixed(left.peer()).send(ByteBuffer.wrap(message));
            return null;
        });

        assertThat(read(right.peer(), 4))
                .isEqualTo(ByteBuffer.allocate(4).putInt(message.length).array());
        ByteBuffer got = ByteBuffer.allocate(message.length);
        for (int i = 0; i < 15; i++) {
            got.put(read(right.peer(), 40_000));
            long start = System.nanoTime();
            await().pollDelay(Duration.ZERO)
                    .until(() -> System.nanoTime() - start > limit.dividedBy(5).toNanos());
        }

        assertThat(end).isNotDone();
        got.put(read(right.peer(), got.remaining()));
        assertThat(got.array()).isEqualTo(message);
        sending.get();
    }

    @Test
    void closingTheDataPathEndsIt() {
        Pair pair = joined(Terms.UNLIMITED);
        dataPath.close();

        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.SHUTDOWN);
    }

    /** Has a message and takes one whenever it is asked, until it is aborted. */
    private static final class Tireless implements MessageStream {
        private volatile boolean aborted;

        @Override
        public Optional<ByteBuffer> receive() throws IOException {
            requireOpen();
            return Optional.of(ByteBuffer.allocate(64));
        }

        @Override
        public void send(ByteBuffer message) throws IOException {
            requireOpen();
            message.position(message.limit());
        }

        private void requireOpen() throws ClosedChannelException {
            if (aborted) {
                throw new ClosedChannelException();
            }
        }

        @Override
        public int longest() {
            return 64;
        }

        @Override
        public void shutdownOutput() {}

        @Override
        public void abort() {
            aborted = true;
        }

        @Override
        public void close() {
            aborted = true;
        }
    }

    @Test
    void aNewcomerIsServedThoughNoPumpEverHasToWait() throws Exception {
        var ends = new ArrayList<CompletableFuture<SpliceEnd>>();
        var splices = new ArrayList<Splice>();
        try {
            for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                var end = new CompletableFuture<SpliceEnd>();
                ends.add(end);
                splices.add(dataPath.join(new Tireless(), new Tireless(), Terms.UNLIMITED, end::complete));
            }
            var served = new CompletableFuture<Boolean>();
            Thread.startVirtualThread(() -> served.complete(true));

            assertThat(served).succeedsWithin(Duration.ofSeconds(20));
        } finally {
            splices.forEach(splice -> splice.end(Reason.SHUTDOWN));
        }
        for (CompletableFuture<SpliceEnd> end : ends) {
            assertThat(end.orTimeout(30, TimeUnit.SECONDS).join().reason()).isEqualTo(Reason.SHUTDOWN);
        }
    }
}
