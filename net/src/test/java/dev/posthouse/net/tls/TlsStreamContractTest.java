package dev.posthouse.net.tls;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ByteStreamContractTest;
import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.memory.Link;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsStreamContractTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private TlsServer server;
    private TlsClient client;
    private TlsServer oldServer;
    private TlsClient oldClient;

    @BeforeAll
    void makeCertificates(@TempDir Path directory) throws IOException {
        TestCertificates certificates = TestCertificates.in(directory);
        TestCertificates.Issued issued = certificates.issue("localhost");
        server = TlsServer.fromPem(issued.chain(), issued.key());
        client = TlsClient.trusting(certificates.authority());
        oldServer = TlsServer.fromPem(issued.chain(), issued.key(), List.of(Protocols.TLS_1_2));
        oldClient = TlsClient.trusting(certificates.authority(), List.of(Protocols.TLS_1_2));
    }

    @Nested
    class TheClientOverTcp extends ByteStreamContractTest {
        @Override
        protected Ends connect() throws Exception {
            return handshake(tcp(), client, server);
        }
    }

    @Nested
    class TheServerOverTcp extends ByteStreamContractTest {
        @Override
        protected Ends connect() throws Exception {
            Ends ends = handshake(tcp(), client, server);
            return new Ends(ends.there(), ends.here());
        }
    }

    @Nested
    class Version12OverTcp extends ByteStreamContractTest {
        @Override
        protected Ends connect() throws Exception {
            return handshake(tcp(), oldClient, oldServer);
        }
    }

    /** Every record arrives in many small pieces, some of them late. */
    @Nested
    class OverATinyMemoryLink extends ByteStreamContractTest {
        @Override
        protected Ends connect() throws Exception {
            MemoryPair pair = MemoryPair.create(new Link(613, Duration.ofNanos(200_000), true));
            return handshake(new Ends(pair.left(), pair.right()), client, server);
        }

        @Override
        protected int bulk() {
            return 60_000;
        }
    }

    /** TLS 1.3 has a half-close of its own, whatever it runs over. */
    @Nested
    class OverAStreamWithoutHalfClose extends ByteStreamContractTest {
        @Override
        protected Ends connect() throws Exception {
            MemoryPair pair = MemoryPair.create(Link.DEFAULT.withoutHalfClose());
            return handshake(new Ends(pair.left(), pair.right()), client, server);
        }
    }

    private static ByteStreamContractTest.Ends tcp() throws IOException {
        try (TcpListener listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            TcpStream dialed = new TcpStream(SocketChannel.open(listener.address()));
            return new ByteStreamContractTest.Ends(dialed, new TcpStream(listener.accept()));
        }
    }

    private static ByteStreamContractTest.Ends handshake(
            ByteStreamContractTest.Ends raw, TlsClient client, TlsServer server) throws IOException {
        Background<ByteStream> accepting = Background.start(() -> server.accept(raw.there(), LIMIT));
        ByteStream connected = client.connect(raw.here(), "localhost", LIMIT);
        return new ByteStreamContractTest.Ends(connected, accepting.result());
    }
}
