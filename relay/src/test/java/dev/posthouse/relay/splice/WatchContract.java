package dev.posthouse.relay.splice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.TimedOut;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What watching promises, whatever watches. */
abstract class WatchContract extends DataPathFixture {

    private final List<Connection> connections = new ArrayList<>();

    @Override
    Connection connect() {
        connections.add(super.connect());
        return connections.getLast();
    }

    /** What a watch gives back belongs to the test. */
    @AfterEach
    void closeWhatCameBack() throws IOException {
        dataPath.close();
        for (Connection connection : connections) {
            connection.leg().close();
        }
    }

    /** A watch and what it will end with. */
    record Watched(Watch watch, CompletableFuture<WatchEnd> end) {

        WatchEnd awaitEnd() {
            return end.orTimeout(30, TimeUnit.SECONDS).join();
        }
    }

    Watched watch(ByteStream stream, Duration limit) {
        var end = new CompletableFuture<WatchEnd>();
        return new Watched(dataPath.watch(stream, limit, end::complete), end);
    }

    @Test
    void bytesEndAWatchAndAreReadFromTheStreamThatItGivesBack() throws Exception {
        Connection connection = connect();
        Watched watched = watch(connection.leg(), Duration.ZERO);

        write(connection.peer(), text("hello"));

        WatchEnd end = watched.awaitEnd();
        assertThat(end.cause()).isEqualTo(WatchEnd.Cause.READABLE);
        assertThat(read(end.stream(), 5)).isEqualTo(text("hello"));
        assertThat(watched.watch().release()).isEmpty();
        echo(connection, end.stream());
    }

    @Test
    void moreBytesThanAWatchReadsAheadAreAllThere() throws Exception {
        byte[] bytes = random(new SplittableRandom(1), 100_000);
        Connection connection = connect();
        Watched watched = watch(connection.leg(), Duration.ZERO);

        Future<?> sending = tasks.submit(() -> connection.peer().write(ByteBuffer.wrap(bytes)));

        assertThat(read(watched.awaitEnd().stream(), bytes.length)).isEqualTo(bytes);
        sending.get();
    }

    @Test
    void theEndOfThePeerEndsAWatch() throws Exception {
        Connection connection = connect();
        Watched watched = watch(connection.leg(), Duration.ZERO);

        connection.peer().shutdownOutput();

        WatchEnd end = watched.awaitEnd();
        assertThat(end.cause()).isEqualTo(WatchEnd.Cause.READABLE);
        assertThat(end.stream().read(ByteBuffer.allocate(10))).isEqualTo(-1);
        write(end.stream(), text("bye"));
        assertThat(read(connection.peer(), 3)).isEqualTo(text("bye"));
    }

    @Test
    void aResetEndsAWatchAndIsWhatTheNextReadThrows() {
        Connection connection = connect();
        Watched watched = watch(connection.leg(), Duration.ZERO);

        connection.peer().abort();

        WatchEnd end = watched.awaitEnd();
        assertThat(end.cause()).isEqualTo(WatchEnd.Cause.READABLE);
        assertThatThrownBy(() -> end.stream().read(ByteBuffer.allocate(10))).isInstanceOf(IOException.class);
    }

    @Test
    void timeEndsAWatchAndTheStreamGoesOn() throws Exception {
        Connection connection = connect();
        Watched watched = watch(connection.leg(), Duration.ofMillis(20));

        WatchEnd end = watched.awaitEnd();

        assertThat(end.cause()).isEqualTo(WatchEnd.Cause.TIMED_OUT);
        assertThat(watched.watch().release()).isEmpty();
        echo(connection, end.stream());
    }

    @Test
    void aReleasedStreamGoesOn() throws Exception {
        Connection connection = connect();
        Watched watched = watch(connection.leg(), Duration.ofMinutes(1));

        ByteStream stream = watched.watch().release().orElseThrow();

        assertThat(watched.watch().release()).isEmpty();
        echo(connection, stream);
        assertThat(watched.end()).isNotDone();
    }

    @Test
    void aReleasedStreamKeepsReadTimeouts() throws Exception {
        Connection connection = connect();
        ByteStream stream =
                watch(connection.leg(), Duration.ZERO).watch().release().orElseThrow();

        stream.readTimeout(Duration.ofMillis(10));
        assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(1))).isInstanceOf(TimedOut.class);
        assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(1))).isInstanceOf(TimedOut.class);
        stream.readTimeout(Duration.ofSeconds(30));
        echo(connection, stream);
        stream.readTimeout(Duration.ofMillis(10));
        assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(1))).isInstanceOf(TimedOut.class);
    }

    @Test
    void aReadTimeoutFromBeforeDoesNotEndAWatch() throws Exception {
        Connection connection = connect();
        connection.leg().readTimeout(Duration.ofMillis(1));
        Watched watched = watch(connection.leg(), Duration.ofMillis(100));

        assertThat(watched.awaitEnd().cause()).isEqualTo(WatchEnd.Cause.TIMED_OUT);
    }

    @Test
    void interruptingAReadOfAReleasedStreamAbortsIt() throws Exception {
        Connection connection = connect();
        ByteStream stream =
                watch(connection.leg(), Duration.ZERO).watch().release().orElseThrow();

        Thread reader = Thread.startVirtualThread(() -> readAll(stream));
        reader.interrupt();
        reader.join();

        assertThat(stream.isOpen()).isFalse();
    }

    @Test
    void abortingAReleasedStreamEndsItsBlockedRead() throws Exception {
        Connection connection = connect();
        ByteStream stream =
                watch(connection.leg(), Duration.ZERO).watch().release().orElseThrow();

        Future<Received> reading = tasks.submit(() -> readAll(stream));
        stream.abort();

        assertThat(reading.get().ended()).isFalse();
        assertThat(readAll(connection.peer()).ended()).isFalse();
    }

    @Test
    void bytesReadAheadAreReadableAtOnce() throws Exception {
        Connection connection = connect();
        Watched watched = watch(PushbackStream.of(connection.leg(), ByteBuffer.wrap(text("front"))), Duration.ZERO);

        WatchEnd end = watched.awaitEnd();

        assertThat(end.cause()).isEqualTo(WatchEnd.Cause.READABLE);
        assertThat(read(end.stream(), 5)).isEqualTo(text("front"));
        assertThat(watched.watch().release()).isEmpty();
        echo(connection, end.stream());
    }

    @Test
    void aStreamCanBeWatchedAgainAndAgain() throws Exception {
        Connection connection = connect();
        ByteStream stream = connection.leg();
        for (int i = 0; i < 100; i++) {
            stream = watch(stream, Duration.ofMinutes(1)).watch().release().orElseThrow();
        }
        Watched last = watch(stream, Duration.ofMinutes(1));

        write(connection.peer(), text("hello"));

        assertThat(read(last.awaitEnd().stream(), 5)).isEqualTo(text("hello"));
        echo(connection, last.awaitEnd().stream());
    }

    @ParameterizedTest
    @ValueSource(ints = {3000})
    void ofAReleaseAndAByteExactlyOneWins(int rounds) throws Exception {
        Connection connection = connect();
        ByteStream stream = connection.leg();
        var together = new CyclicBarrier(2);
        int released = 0;
        Future<?> sending = tasks.submit(() -> {
            for (int i = 0; i < rounds; i++) {
                together.await();
                write(connection.peer(), new byte[] {(byte) i});
            }
            return null;
        });

        for (int i = 0; i < rounds; i++) {
            Watched watched = watch(stream, i % 2 == 0 ? Duration.ZERO : Duration.ofMinutes(1));
            together.await();
            for (int spins = i % 50 * 100; spins > 0; spins--) {
                Thread.onSpinWait();
            }
            Optional<ByteStream> back = watched.watch().release();
            if (back.isPresent()) {
                released++;
                stream = back.get();
            } else {
                assertThat(watched.awaitEnd().cause()).isEqualTo(WatchEnd.Cause.READABLE);
                stream = watched.awaitEnd().stream();
            }
            assertThat(read(stream, 1)).as("round %d", i).containsExactly((byte) i);
            assertThat(watched.end().isDone()).as("round %d", i).isEqualTo(back.isEmpty());
        }

        sending.get();
        System.out.println(released + " of " + rounds + " races won by the release");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReleasedStreamCanBeJoined(boolean withABytePending) throws Exception {
        Connection left = connect();
        Watched watched = watch(left.leg(), Duration.ofMinutes(1));
        Optional<ByteStream> back = watched.watch().release();
        if (withABytePending) {
            write(left.peer(), text("!"));
        }
        Joined pair = join(new Connection(left.peer(), back.orElseThrow()), connect(), Terms.UNLIMITED);

        if (!withABytePending) {
            write(left.peer(), text("!"));
        }
        assertThat(read(pair.right(), 1)).isEqualTo(text("!"));
        write(pair.right(), text("?"));
        assertThat(read(pair.left(), 1)).isEqualTo(text("?"));
        pair.left().shutdownOutput();
        pair.right().shutdownOutput();
        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.COMPLETED);
    }

    @Test
    void aStreamIsJoinedFromWithinTheEndOfItsWatch() throws Exception {
        Connection left = connect();
        Connection right = connect();
        var end = new CompletableFuture<SpliceEnd>();
        dataPath.watch(
                left.leg(),
                Duration.ZERO,
                ended -> dataPath.join(ended.stream(), right.leg(), Terms.UNLIMITED, end::complete));

        write(left.peer(), text("hello"));
        left.peer().shutdownOutput();
        right.peer().shutdownOutput();

        assertThat(readAll(right.peer()).bytes()).isEqualTo(text("hello"));
        assertThat(end.get(10, TimeUnit.SECONDS).reason()).isEqualTo(Reason.COMPLETED);
    }

    @Test
    void closingEndsEveryWatchAndLeavesTheStreamsOpen() throws Exception {
        List<Watched> watches = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            watches.add(watch(connect().leg(), i % 2 == 0 ? Duration.ZERO : Duration.ofMinutes(1)));
        }

        dataPath.close();

        for (int i = 0; i < watches.size(); i++) {
            WatchEnd end = watches.get(i).awaitEnd();
            assertThat(end.cause()).isEqualTo(WatchEnd.Cause.SHUTDOWN);
            echo(connections.get(i), end.stream());
        }
    }

    @Test
    void watchingAfterClosingEndsAtOnce() throws Exception {
        dataPath.close();
        Connection connection = connect();

        WatchEnd end = watch(connection.leg(), Duration.ZERO).awaitEnd();

        assertThat(end.cause()).isEqualTo(WatchEnd.Cause.SHUTDOWN);
        echo(connection, end.stream());
    }

    @Test
    void manyWaitAtOnce() throws Exception {
        List<Watched> watches = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            watches.add(watch(connect().leg(), Duration.ofMinutes(1)));
        }
        for (int i = 0; i < 1000; i += 2) {
            write(connections.get(i).peer(), new byte[] {(byte) i});
        }

        for (int i = 0; i < 1000; i++) {
            if (i % 2 == 0) {
                WatchEnd end = watches.get(i).awaitEnd();
                assertThat(read(end.stream(), 1)).containsExactly((byte) i);
            } else {
                assertThat(watches.get(i).watch().release()).isPresent();
            }
        }
    }

    @Test
    void closingAReleasedStreamFreesItsDescriptorThoughTheLoopSleeps() throws Exception {
        Connection connection = connect();
        ByteStream stream =
                watch(connection.leg(), Duration.ZERO).watch().release().orElseThrow();
        long open = openSockets();

        stream.close();

        await().until(DataPathFixture::openSockets, now -> now < open);
    }

    /** Sends both ways over a stream that came back. */
    private static void echo(Connection connection, ByteStream stream) throws IOException {
        write(connection.peer(), text("ping"));
        assertThat(read(stream, 4)).isEqualTo(text("ping"));
        write(stream, text("pong"));
        assertThat(read(connection.peer(), 4)).isEqualTo(text("pong"));
    }
}
