package dev.posthouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.connection.Report;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ByteOracle;
import dev.posthouse.testkit.LeakCheck;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the end of input means, and whose end ends what. */
@ExtendWith(LeakCheck.class)
class PipeTest {

    private record Fake(ByteStream stream, boolean carriesHalfClose) implements StreamConnection {
        @Override
        public boolean verified() {
            return carriesHalfClose;
        }

        @Override
        public boolean encryptedEndToEnd() {
            return false;
        }

        @Override
        public Route route() {
            return new Route.Direct(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        }

        @Override
        public Report report() {
            return Report.relayed(route(), Duration.ZERO, Duration.ZERO, Duration.ZERO);
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    private static Pipe pipe(ByteStream stream, boolean carriesHalfClose, byte[] input, ByteArrayOutputStream output) {
        return new Pipe(
                new Fake(stream, carriesHalfClose),
                Channels.newChannel(new ByteArrayInputStream(input)),
                Channels.newChannel(output),
                false);
    }

    private static byte[] readAll(ByteStream stream) throws IOException {
        var all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(4_096);
        while (stream.read(buffer.clear()) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
        }
        return all.toByteArray();
    }

    @Test
    void bothDirectionsCarryEverythingAndEndEachForItself() throws Exception {
        ByteOracle oracle = ByteOracle.of(System.nanoTime());
        try (MemoryPair pair = MemoryPair.create()) {
            byte[] there = oracle.bytes(0, 300_000);
            byte[] back = oracle.bytes(300_000, 500_000);
            var received = new ByteArrayOutputStream();
            Background<?> left = Background.run(
                    () -> pipe(pair.left(), true, there, received).run());
            var arrived = new ByteArrayOutputStream();
            pipe(pair.right(), true, back, arrived).run();
            left.result();
            assertThat(received.toByteArray()).as("seed %d", oracle.seed()).isEqualTo(back);
            assertThat(arrived.toByteArray()).isEqualTo(there);
        }
    }

    @Test
    void whoHasSentNothingDoesNotEndFirstWhereNoHalfCloseIsCarried() throws Exception {
        try (MemoryPair pair = MemoryPair.create()) {
            var received = new ByteArrayOutputStream();
            Background<?> acceptor = Background.run(
                    () -> pipe(pair.left(), false, new byte[0], received).run());
            ByteStream peer = pair.right();
            assertEndsOnlyAfter(peer);
            acceptor.result();
            assertThat(received.toByteArray()).containsExactly(1, 2, 3);
        }
    }

    /** Our direction stays open until the peer has sent its bytes and ended. */
    private static void assertEndsOnlyAfter(ByteStream peer) throws IOException {
        peer.readTimeout(Duration.ofMillis(100));
        assertThatThrownBy(() -> peer.read(ByteBuffer.allocate(1))).hasMessageContaining("within");
        peer.readTimeout(Duration.ZERO);
        peer.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        peer.shutdownOutput();
        assertThat(readAll(peer)).isEmpty();
    }

    /** A proxy would cut with our end what a peer sends that was a little later than we. */
    @Test
    void whoHasSentSomethingGivesThePeerTimeToBegin() throws Exception {
        try (MemoryPair pair = MemoryPair.create()) {
            var received = new ByteArrayOutputStream();
            var patient = new Pipe(
                    new Fake(pair.left(), false),
                    Channels.newChannel(new ByteArrayInputStream(new byte[] {7})),
                    Channels.newChannel(received),
                    false,
                    Duration.ofHours(1));
            Background<?> dialer = Background.run(patient::run);
            ByteStream peer = pair.right();
            assertThat(peer.read(ByteBuffer.allocate(1))).isEqualTo(1);
            assertEndsOnlyAfter(peer);
            dialer.result();
            assertThat(received.toByteArray()).containsExactly(1, 2, 3);
        }
    }

    /** A peer that is silent waits for our end, as one does that reads a file from us. */
    @Test
    void whoHasSentSomethingEndsWhereThePeerStaysSilent() throws Exception {
        try (MemoryPair pair = MemoryPair.create()) {
            var brief = new Pipe(
                    new Fake(pair.left(), false),
                    Channels.newChannel(new ByteArrayInputStream(new byte[] {7})),
                    Channels.newChannel(new ByteArrayOutputStream()),
                    false,
                    Duration.ofMillis(1));
            Background<?> dialer = Background.run(brief::run);
            assertThat(readAll(pair.right())).containsExactly(7);
            pair.right().shutdownOutput();
            dialer.result();
        }
    }

    @Test
    void whoHasSentNothingEndsAtOnceWhereHalfClosesAreCarried() throws Exception {
        try (MemoryPair pair = MemoryPair.create()) {
            Background<?> acceptor =
                    Background.run(() -> pipe(pair.left(), true, new byte[0], new ByteArrayOutputStream())
                            .run());
            assertThat(readAll(pair.right())).isEmpty();
            pair.right().shutdownOutput();
            acceptor.result();
        }
    }

    @Test
    void peersEndIsTheEndIfInputIsTyped() throws Exception {
        try (MemoryPair pair = MemoryPair.create();
                var typed = new PipedOutputStream();
                var in = new PipedInputStream(typed)) {
            Pipe pipe = new Pipe(
                    new Fake(pair.left(), true),
                    Channels.newChannel(in),
                    Channels.newChannel(new ByteArrayOutputStream()),
                    true);
            pair.right().shutdownOutput();
            pipe.run();
            assertThat(pipe.reason()).isEqualTo("completed");
        }
    }

    @Test
    void resetIsAFailureWithItsReason() throws Exception {
        try (MemoryPair pair = MemoryPair.create()) {
            Pipe pipe = pipe(pair.left(), true, new byte[0], new ByteArrayOutputStream());
            pair.right().abort();
            assertThatThrownBy(pipe::run).isInstanceOf(IOException.class);
            assertThat(pipe.reason()).isEqualTo("peer-reset");
        }
    }
}
