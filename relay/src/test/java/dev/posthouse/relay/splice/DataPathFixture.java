package dev.posthouse.relay.splice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A data path, loopback connections whose near ends it gets, and the check that nothing is left open in the end. */
abstract class DataPathFixture {

    /** Small, so that tests with little data go through full buffers too. */
    static final int BUFFER = 64 * 1024;

    /** A connection: {@code peer} is the test's end, {@code leg} the relay's. */
    record Connection(TcpStream peer, ByteStream leg) {}

    /** Two peers with a splice between. */
    record Joined(TcpStream left, TcpStream right, Splice splice, CompletableFuture<SpliceEnd> end) {

        SpliceEnd awaitEnd() {
            return end.orTimeout(30, TimeUnit.SECONDS).join();
        }
    }

    private final List<TcpStream> ends = new ArrayList<>();
    private TcpListener listener;
    private long socketsBefore;
    DataPath dataPath;
    final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();

    /** What the data path is given: the socket itself, or something that it must take for another kind of stream. */
    abstract ByteStream leg(TcpStream raw);

    /** The JDK keeps one socket for itself from the first channel on. */
    @BeforeAll
    static void openTheSocketOfTheJdk() throws IOException {
        SocketChannel.open().close();
    }

    int loops() {
        return 2;
    }

    @BeforeEach
    void open() throws IOException {
        socketsBefore = openSockets();
        listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        dataPath = Splicer.start(new Splicer.Options(loops(), BUFFER));
    }

    @AfterEach
    void closeAndLookForLeaks() throws IOException {
        dataPath.close();
        listener.close();
        for (TcpStream end : ends) {
            end.close();
        }
        tasks.shutdownNow();
        await("sockets left open")
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(DataPathFixture::openSockets, open -> open <= socketsBefore);
    }

    /** A connection whose peer's end the fixture closes. */
    Connection connect() {
        try {
            var peer = new TcpStream(SocketChannel.open(listener.address()));
            ends.add(peer);
            return new Connection(peer, leg(new TcpStream(listener.accept())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Joined join(Terms terms) {
        return join(connect(), connect(), terms);
    }

    Joined join(Connection left, Connection right, Terms terms) {
        var end = new CompletableFuture<SpliceEnd>();
        Splice splice = dataPath.join(left.leg(), right.leg(), terms, end::complete);
        return new Joined(left.peer(), right.peer(), splice, end);
    }

    static Terms idle(Duration limit) {
        return new Terms(limit, Duration.ZERO, List.of());
    }

    static Terms stalled(Duration limit) {
        return new Terms(Duration.ZERO, limit, List.of());
    }

    static Terms metered(Meter... meters) {
        return new Terms(Duration.ZERO, Duration.ZERO, List.of(meters));
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] random(RandomGenerator random, int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    static void write(ByteStream to, byte[] bytes) throws IOException {
        to.write(ByteBuffer.wrap(bytes));
    }

    /** Reads exactly {@code count} bytes. */
    static byte[] read(ByteStream from, int count) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(count);
        while (into.hasRemaining()) {
            assertThat(from.read(into))
                    .as("the end after %d of %d bytes", into.position(), count)
                    .isPositive();
        }
        return into.array();
    }

    /** What came until the end or a failure. */
    static final class Received {
        private final byte[] bytes;
        private final boolean ended;

        private Received(byte[] bytes, boolean ended) {
            this.bytes = bytes;
            this.ended = ended;
        }

        byte[] bytes() {
            return bytes;
        }

        /** Whether it came to an end in order; if not, the read failed. */
        boolean ended() {
            return ended;
        }
    }

    static Received readAll(ByteStream from) {
        ByteBuffer into = ByteBuffer.allocate(16 * 1024);
        while (true) {
            if (!into.hasRemaining()) {
                into = ByteBuffer.allocate(into.capacity() * 2).put(into.flip());
            }
            try {
                if (from.read(into) < 0) {
                    return new Received(bytes(into), true);
                }
            } catch (IOException e) {
                return new Received(bytes(into), false);
            }
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.flip().remaining()];
        buffer.get(bytes);
        return bytes;
    }

    static long openSockets() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        long count = 0;
        try (var entries = Files.newDirectoryStream(descriptors)) {
            for (Path entry : entries) {
                try {
                    if (Files.readSymbolicLink(entry).toString().startsWith("socket:")) {
                        count++;
                    }
                } catch (IOException e) {
                    // closed between listing and looking
                }
            }
        }
        return count;
    }
}
