package dev.posthouse.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.StreamKind;
import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.memory.Link;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ByteOracle;
import dev.posthouse.testkit.LeakCheck;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
class TlsHandshakeTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    private static Path directory;

    private static TestCertificates certificates;
    private static TestCertificates.Issued issued;
    private static TlsServer server;
    private static TlsClient client;

    private final MemoryPair raw = MemoryPair.create();

    @BeforeAll
    static void makeCertificates() throws IOException {
        certificates = TestCertificates.in(directory);
        issued = certificates.issue("localhost");
        server = TlsServer.fromPem(issued.chain(), issued.key());
        client = TlsClient.trusting(certificates.authority());
    }

    @AfterEach
    void close() throws IOException {
        raw.close();
    }

    private Background<TlsStream> accepting(TlsServer with) {
        return Background.start(() -> with.accept(raw.right(), LIMIT));
    }

    @Test
    void bytesThatDetectionReadAreStillThere() throws IOException {
        Background<TlsStream> accepting = Background.start(() -> {
            ByteBuffer first = ByteBuffer.allocate(3);
            while (first.hasRemaining()) {
                raw.right().read(first);
            }
            assertThat(first.get(0)).isEqualTo((byte) 0x16);
            return server.accept(PushbackStream.of(raw.right(), first.flip()), LIMIT);
        });
        try (TlsStream connected = client.connect(raw.left(), "localhost", LIMIT);
                TlsStream accepted = accepting.result()) {
            assertThat(connected.protocol()).isEqualTo("TLSv1.3");
            assertThat(connected.kind()).isEqualTo(StreamKind.TLS);
            accepted.write(US_ASCII.encode("hello"));
            assertThat(read(connected)).isEqualTo("hello");
        }
    }

    @Test
    void aDotAtTheEndOfANameIsNoPartOfWhatTheCertificateNames() throws IOException {
        Background<TlsStream> accepting = Background.start(() -> server.accept(raw.right(), LIMIT));
        try (TlsStream connected = client.connect(raw.left(), "localhost.", LIMIT);
                TlsStream accepted = accepting.result()) {
            accepted.write(US_ASCII.encode("hello"));
            assertThat(read(connected)).isEqualTo("hello");
        }
    }

    @Test
    void anUntrustedCertificateIsRefusedAndBothSidesSayWhatToDo() throws IOException {
        Background<TlsStream> accepting = accepting(server);

        assertThatThrownBy(() -> TlsClient.trustingSystem().connect(raw.left(), "localhost", LIMIT))
                .isInstanceOf(AuthenticationFailed.class)
                .hasMessageContaining("certificate of localhost is not accepted")
                .hasMessageContaining("--cacert FILE")
                .hasMessageContaining("trust the authority");
        assertThat(accepting.failure())
                .isInstanceOf(AuthenticationFailed.class)
                .hasMessageContaining("client did not accept the server's certificate");
        assertThat(raw.left().isOpen()).isFalse();
        assertThat(raw.right().isOpen()).isFalse();
    }

    @Test
    void aCertificateOfAnotherHostIsRefused() {
        Background<TlsStream> accepting = accepting(server);

        assertThatThrownBy(() -> client.connect(raw.left(), "example.org", LIMIT))
                .isInstanceOf(AuthenticationFailed.class)
                .hasMessageContaining("example.org");
        assertThat(accepting.failure()).isInstanceOf(AuthenticationFailed.class);
    }

    @Test
    void anInsecureClientTakesAnyCertificate() throws IOException {
        Background<TlsStream> accepting = accepting(server);

        try (TlsStream connected = TlsClient.insecure().connect(raw.left(), "10.0.0.1", LIMIT);
                TlsStream accepted = accepting.result()) {
            assertThat(accepted.protocol()).isEqualTo(connected.protocol());
        }
    }

    @Test
    void addressLiteralsAreCheckedAgainstTheCertificate() throws IOException {
        TestCertificates.Issued six = certificates.issue("::1");
        Background<TlsStream> accepting = accepting(TlsServer.fromPem(six.chain(), six.key()));

        try (TlsStream connected = client.connect(raw.left(), "[::1]", LIMIT);
                TlsStream accepted = accepting.result()) {
            assertThat(accepted.protocol()).isEqualTo(connected.protocol());
        }
    }

    @Test
    void aClientThatSpeaksNoTlsIsAProtocolViolation() throws IOException {
        Background<TlsStream> accepting = accepting(server);

        raw.left().write(US_ASCII.encode("GET / HTTP/1.1\r\n\r\n"));

        assertThat(accepting.failure()).isInstanceOf(ProtocolViolation.class).hasMessageContaining("no TLS connection");
    }

    @Test
    void aServerThatSpeaksNoTlsIsAProtocolViolation() throws IOException {
        raw.right().write(US_ASCII.encode("HTTP/1.1 400 Bad Request\r\n\r\n"));

        assertThatThrownBy(() -> client.connect(raw.left(), "localhost", LIMIT)).isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void aPeerThatLeavesDuringTheHandshakeIsAProtocolViolation() throws IOException {
        raw.right().shutdownOutput();

        assertThatThrownBy(() -> client.connect(raw.left(), "localhost", LIMIT))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining("in the middle of the handshake");
    }

    @Test
    void aSilentPeerRunsIntoTheLimit() {
        assertThatThrownBy(() -> server.accept(raw.right(), Duration.ofMillis(30)))
                .isInstanceOf(TimedOut.class)
                .hasMessageContaining("TLS handshake");
        assertThat(raw.right().isOpen()).isFalse();
    }

    @Test
    void aConnectionCutWithoutCloseNotifyIsAnErrorAndNotAnEnd() throws IOException {
        Background<TlsStream> accepting = accepting(server);
        TlsStream connected = client.connect(raw.left(), "localhost", LIMIT);
        TlsStream accepted = accepting.result();
        connected.write(US_ASCII.encode("half of it"));

        raw.left().close();

        assertThat(read(accepted)).isEqualTo("half of it");
        assertThatThrownBy(() -> read(accepted))
                .isInstanceOfSatisfying(
                        ConnectionLost.class, lost -> assertThat(lost.how()).isEqualTo(ConnectionLost.How.CUT))
                .hasMessageContaining("cut short");
        accepted.close();
    }

    @Test
    void anAlteredRecordEndsTheConnection() throws IOException {
        MemoryPair second = MemoryPair.create();
        Background<?> relaying = Background.run(() -> pumpAndAlter(raw.right(), second.left()));
        Background<?> back = Background.run(() -> pump(second.left(), raw.right()));
        Background<TlsStream> accepting = Background.start(() -> server.accept(second.right(), LIMIT));
        TlsStream connected = client.connect(raw.left(), "localhost", LIMIT);
        TlsStream accepted = accepting.result();

        connected.write(ByteBuffer.allocate(10_000));

        assertThatThrownBy(() -> read(accepted)).isInstanceOf(ProtocolViolation.class);
        for (Background.Action later : List.<Background.Action>of(
                () -> accepted.write(US_ASCII.encode("x")), () -> read(accepted), accepted::shutdownOutput)) {
            assertThatThrownBy(later::run)
                    .as("a later call says the first cause")
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessageContaining("the TLS connection is broken: ");
        }
        assertThat(accepted.isOpen()).isFalse();
        connected.abort();
        relaying.result();
        back.result();
        second.close();
    }

    @Test
    void aKeyUpdateInTheMiddleGoesUnnoticed() throws Exception {
        ByteOracle oracle = ByteOracle.of(3);
        int size = 300_000;
        withJdkClient("TLSv1.3", (socket, accepted) -> {
            Background<?> writing = Background.run(() -> accepted.write(ByteBuffer.wrap(oracle.bytes(0, size))));
            ByteOracle.Sink sink = oracle.sink();
            sink.accept(socket.getInputStream().readNBytes(size / 2));
            socket.startHandshake(); // to the JDK, after a TLS 1.3 handshake, this asks for new keys both ways
            socket.getOutputStream().write("more".getBytes(US_ASCII));
            assertThat(read(accepted)).isEqualTo("more");
            sink.accept(socket.getInputStream().readNBytes(size - size / 2));
            writing.result();
            sink.assertExactly(size);
        });
    }

    @Test
    void negotiatingAnewIsRefused() throws Exception {
        withJdkClient("TLSv1.2", (socket, accepted) -> {
            socket.getOutputStream().write("x".getBytes(US_ASCII));
            assertThat(read(accepted)).isEqualTo("x");
            Background<?> again = Background.run(socket::startHandshake);

            assertThatThrownBy(() -> read(accepted))
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessageContaining("negotiate anew");
            assertThat(accepted.isOpen()).isFalse();
            socket.close();
            Awaitility.await().until(again::isDone); // it may have asked, and not waited for the answer
        });
    }

    @Test
    void closingDoesNotWaitLongForAPeerThatTakesNothing() throws IOException {
        MemoryPair narrow = MemoryPair.create(Link.DEFAULT.withBufferSize(20_000));
        Background<TlsStream> accepting = Background.start(() -> server.accept(narrow.right(), LIMIT));
        TlsStream connected = client.connect(narrow.left(), "localhost", LIMIT);
        TlsStream accepted = accepting.result();
        Background<?> writing = Background.run(() -> {
                    for (int i = 0; i < 20_000; i++) {
                        connected.write(ByteBuffer.allocate(1));
                    }
                })
                .awaitBlocked();

        long start = System.nanoTime();
        connected.close();

        assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(3).toNanos());
        assertThat(writing.failure()).isInstanceOf(IOException.class);
        accepted.abort();
    }

    @Test
    void reloadingTakesTheNewCertificateAndABadFileLeavesTheOldOne() throws IOException {
        Path chain = directory.resolve("live.pem");
        Path key = directory.resolve("live.key.pem");
        Files.copy(issued.chain(), chain);
        Files.copy(issued.key(), key);
        TlsServer reloaded = TlsServer.fromPem(chain, key);
        TestCertificates.Issued other = certificates.issue("other.test");
        handshake(reloaded, "localhost");

        Files.copy(other.chain(), chain, StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(reloaded::reload)
                .isInstanceOf(CertificateFileException.class)
                .hasMessageContaining("does not belong to the first certificate");
        handshake(reloaded, "localhost");

        Files.copy(other.key(), key, StandardCopyOption.REPLACE_EXISTING);
        reloaded.reload();
        handshake(reloaded, "other.test");
    }

    private static void handshake(TlsServer with, String host) throws IOException {
        MemoryPair pair = MemoryPair.create();
        Background<TlsStream> accepting = Background.start(() -> with.accept(pair.right(), LIMIT));
        try (TlsStream connected = client.connect(pair.left(), host, LIMIT);
                TlsStream accepted = accepting.result()) {
            assertThat(accepted.protocol()).isEqualTo(connected.protocol());
        }
    }

    /** What is done with the JDK's own client and our server's stream. */
    @FunctionalInterface
    private interface Use {
        void with(SSLSocket socket, TlsStream accepted) throws Exception;
    }

    private static void withJdkClient(String protocol, Use use) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, PemFiles.authorities(certificates.authority()), null);
        try (TcpListener listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                Socket plain = new Socket(
                        listener.address().getAddress(), listener.address().getPort());
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", 1, true)) {
            socket.setEnabledProtocols(new String[] {protocol});
            Background<TlsStream> accepting =
                    Background.start(() -> server.accept(new TcpStream(listener.accept()), LIMIT));
            socket.startHandshake();
            try (TlsStream accepted = accepting.result()) {
                assertThat(accepted.protocol()).isEqualTo(protocol);
                use.with(socket, accepted);
            }
        }
    }

    private static void pump(ByteStream from, ByteStream to) {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        try {
            while (from.read(buffer.clear()) > 0) {
                to.write(buffer.flip());
            }
        } catch (IOException e) {
            to.abort();
        }
    }

    /** Alters one byte of the first large record. */
    private static void pumpAndAlter(ByteStream from, ByteStream to) {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        boolean altered = false;
        try {
            while (from.read(buffer.clear()) > 0) {
                if (!altered && buffer.position() == buffer.capacity()) {
                    buffer.put(1000, (byte) (buffer.get(1000) ^ 1));
                    altered = true;
                }
                to.write(buffer.flip());
            }
        } catch (IOException e) {
            to.abort();
        }
    }

    private static String read(ByteStream stream) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(1000);
        assertThat(stream.read(into)).isPositive();
        return US_ASCII.decode(into.flip()).toString();
    }
}
