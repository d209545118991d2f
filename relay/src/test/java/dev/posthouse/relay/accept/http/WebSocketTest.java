package dev.posthouse.relay.accept.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.net.proxy.ProxyHeader;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.net.tls.TlsServer;
import dev.posthouse.relay.Relay;
import dev.posthouse.relay.accept.Carried;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.MagicBytes;
import dev.posthouse.relay.event.HeardEvents;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.LeakCheck;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSocket is a layer: what it carries reaches a dialect as that wants it, whatever else the connection is wrapped in. */
@ExtendWith(LeakCheck.class)
class WebSocketTest {

    private static final NetworkBlocks LOOPBACK = NetworkBlocks.parse(List.of("127.0.0.0/8"));
    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 4_321);
    private static final int LONGEST = 100_000;

    private final HeardEvents events = new HeardEvents();

    private static TestCertificates certificates;
    private static TestCertificates.Issued issued;

    @BeforeAll
    static void issue(@TempDir Path directory) throws IOException {
        certificates = TestCertificates.in(directory);
        issued = certificates.issue("localhost");
    }

    private static String introduction(String name, Inbound connection, RequestHead upgrade) {
        return name + " sees " + connection.observed().map(Object::toString).orElse("nobody") + " from "
                + upgrade.headers().first("Origin").orElse("nowhere") + ": ";
    }

    /** Answers each message with an introduction and what came. */
    private static Carried messages() {
        return new Carried.Messages(LONGEST, (connection, messages, upgrade) -> {
            String introduction = introduction("messages", connection, upgrade);
            for (Optional<ByteBuffer> message = messages.receive(); message.isPresent(); message = messages.receive()) {
                messages.send(bytes(introduction + text(message.get())));
            }
            messages.close();
            connection.release();
        });
    }

    /** Answers what came up to a line feed with an introduction and that, and closes. */
    private static Carried.ByteHandler bytesOf(String name) {
        return (connection, upgrade) -> {
            var line = new StringBuilder(introduction(name, connection, upgrade));
            ByteBuffer some = ByteBuffer.allocate(64);
            while (line.indexOf("\n") < 0) {
                if (connection.stream().read(some.clear()) < 0) {
                    throw new IOException("ended within its line");
                }
                line.append(text(some.flip()));
            }
            connection.stream().write(bytes(line.toString()));
            connection.close();
        };
    }

    private static Entrance at(String path, Carried carried) {
        return new Entrance.WebSockets(Optional.of(path), Optional.of("posthouse"), carried);
    }

    private Relay.Builder relay() throws IOException {
        return Relay.builder()
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .events(events)
                .proxies(LOOPBACK)
                .tls(TlsServer.fromPem(issued.chain(), issued.key()))
                .webSockets(new SmallCodec())
                .dialect(Doors.of("messages", at("/messages", messages())))
                .dialect(Doors.of("bytes", at("/bytes", new Carried.Bytes(bytesOf("bytes")))))
                .dialect(Doors.of("alpha", at("/any", new Carried.Detected(MagicBytes.of("616c"), bytesOf("alpha")))))
                .dialect(Doors.of("beta", at("/any", new Carried.Detected(MagicBytes.of("6265"), bytesOf("beta")))));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }

    private static String text(ByteBuffer bytes) {
        return ISO_8859_1.decode(bytes).toString();
    }

    /** What stands before the WebSocket on a connection. */
    enum Wrapping {
        PLAIN,
        TLS,
        PROXY_1,
        PROXY_2,
        TLS_BEHIND_PROXY_1,
        TLS_BEHIND_PROXY_2;

        boolean proxied() {
            return name().contains("PROXY");
        }
    }

    private RawClient connect(Relay relay, Wrapping wrapping) throws IOException {
        RawClient raw = RawClient.connect(relay.address());
        if (wrapping.proxied()) {
            ProxyHeader header = ProxyHeader.of(PEER, new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80));
            raw.stream()
                    .write(ByteBuffer.wrap(wrapping.name().endsWith("1") ? header.toBytesV1() : header.toBytesV2()));
        }
        if (!wrapping.name().startsWith("TLS")) {
            return raw;
        }
        ByteStream secured =
                TlsClient.trusting(certificates.authority()).connect(raw.stream(), "localhost", Duration.ofSeconds(20));
        return new RawClient(secured);
    }

    private static MessageStream upgraded(RawClient client, String path, String... lines) throws IOException {
        assertThat(client.send(RawClient.upgrade(path, lines)).head())
                .startsWith("HTTP/1.1 101 ")
                .contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
        return SmallCodec.client(client.stream(), LONGEST);
    }

    private static String receive(MessageStream from) throws IOException {
        return text(from.receive().orElseThrow());
    }

    private static String shown(RawClient client, Wrapping wrapping) {
        return (wrapping.proxied() ? PEER : client.stream().localAddress().orElseThrow()).toString();
    }

    @ParameterizedTest
    @CsvSource({
        "PLAIN",
        "TLS",
        "PROXY_1",
        "PROXY_2",
        "TLS_BEHIND_PROXY_1",
        "TLS_BEHIND_PROXY_2",
    })
    void messagesAndBytesReachTheirDialectsWhateverIsAroundThem(Wrapping wrapping) throws IOException {
        try (Relay relay = relay().start()) {
            try (RawClient client = connect(relay, wrapping)) {
                MessageStream socket = upgraded(client, "/messages", "Origin: http://example.com");
                String begin = "messages sees " + shown(client, wrapping) + " from http://example.com: ";
                for (String message : List.of("", "x", "y".repeat(300), "z".repeat(70_000))) {
                    socket.send(bytes(message));
                    assertThat(receive(socket)).isEqualTo(begin + message);
                }
                socket.shutdownOutput();
                assertThat(socket.receive()).isEmpty();
            }
            for (String path : List.of("/bytes bytes", "/any alpha", "/any beta")) {
                try (RawClient client = connect(relay, wrapping)) {
                    String name = path.substring(path.indexOf(' ') + 1);
                    MessageStream socket = upgraded(client, path.substring(0, path.indexOf(' ')));
                    for (char c : (name + "\n").toCharArray()) {
                        socket.send(bytes(String.valueOf(c)));
                    }
                    assertThat(receive(socket))
                            .isEqualTo(name + " sees " + shown(client, wrapping) + " from nowhere: " + name + "\n");
                    assertThat(socket.receive()).isEmpty();
                }
            }
            HeardEvents.awaitNobody(relay);
            assertThat(events.refused()).isEmpty();
            assertThat(events.of(RelayEvent.Accepted.class))
                    .extracting(RelayEvent.Accepted::dialect)
                    .containsExactly("messages", "bytes", "alpha", "beta");
        }
    }

    @Test
    void whatComesBehindTheUpgradeInOneWriteIsKept() throws IOException {
        for (String path : List.of("/bytes", "/any", "/messages")) {
            try (Relay relay = relay().start();
                    RawClient client = RawClient.connect(relay.address())) {
                // "alp" and "ha", LF in two frames of a zero mask
                client.send(RawClient.upgrade(path) + "\u0082\u0083\0\0\0\0alp\u0082\u0083\0\0\0\0ha\n");
                assertThat(client.head()).startsWith("HTTP/1.1 101 ");
                MessageStream socket = SmallCodec.client(client.stream(), LONGEST);
                if (path.equals("/messages")) {
                    assertThat(receive(socket)).endsWith(": alp");
                    assertThat(receive(socket)).endsWith(": ha\n");
                } else {
                    assertThat(receive(socket)).endsWith(": alpha\n");
                }
            }
        }
    }

    @Test
    void theSubprotocolIsSaidToWhoOffersIt() throws IOException {
        try (Relay relay = relay().start();
                RawClient one = RawClient.connect(relay.address());
                RawClient other = RawClient.connect(relay.address())) {
            one.send(RawClient.upgrade("/messages", "Sec-WebSocket-Protocol: chat, posthouse"));
            assertThat(one.head()).contains("\r\nSec-WebSocket-Protocol: posthouse\r\n");
            assertThat(other.send(RawClient.upgrade("/messages")).head()).doesNotContain("Sec-WebSocket-Protocol");
        }
    }

    @Test
    void anUpgradeThatIsWrongIsToldWhyAndMayBeFollowedByARightOne() throws IOException {
        try (Relay relay = relay().start();
                RawClient client = RawClient.connect(relay.address())) {
            String right = RawClient.upgrade("/messages");
            assertThat(client.send(right.replace("Key: dGhl", "Key: ")).answer())
                    .startsWith("HTTP/1.1 400 ")
                    .contains("Sec-WebSocket-Key");
            assertThat(client.send(right.replace("Version: 13", "Version: 8")).answer())
                    .startsWith("HTTP/1.1 426 ")
                    .contains("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
            assertThat(client.send(right.replace("GET", "PUT")).answer()).startsWith("HTTP/1.1 400 ");
            assertThat(client.send(RawClient.upgrade("/nowhere")).answer()).startsWith("HTTP/1.1 404 ");
            MessageStream socket = upgraded(client, "/messages");
            socket.send(bytes("at last"));
            assertThat(receive(socket)).endsWith(": at last");
            assertThat(events.refused())
                    .extracting(RelayEvent.Refused::dialect, RelayEvent.Refused::reason)
                    .containsExactly(
                            tuple(Optional.of("messages"), Reason.PROTOCOL_ERROR),
                            tuple(Optional.of("messages"), Reason.PROTOCOL_ERROR),
                            tuple(Optional.of("messages"), Reason.PROTOCOL_ERROR),
                            tuple(Optional.empty(), Reason.PROTOCOL_ERROR));
        }
    }

    @Test
    void aProxyInFrontNamesThePeer() throws IOException {
        Forwarded trusting = new Forwarded(LOOPBACK, Forwarded.X_FORWARDED_FOR, "");
        try (Relay relay = relay().forwarded(trusting).start();
                RawClient client = RawClient.connect(relay.address());
                RawClient hidden = RawClient.connect(relay.address())) {
            MessageStream socket = upgraded(client, "/messages", "X-Forwarded-For: 203.0.113.7:99");
            socket.send(bytes("x"));
            assertThat(receive(socket)).isEqualTo("messages sees /203.0.113.7:99 from nowhere: x");
            hidden.send(RawClient.upgrade("/messages", "X-Forwarded-For: unknown"));
            assertThat(hidden.answer()).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void carriedBytesThatNobodyKnowsAreNobodys() throws IOException {
        try (Relay relay = relay().start();
                RawClient client = RawClient.connect(relay.address())) {
            MessageStream socket = upgraded(client, "/any");
            socket.send(bytes("ax"));
            assertThatThrownBy(socket::receive).isInstanceOf(IOException.class);
            assertThat(events.awaitRefusal())
                    .extracting(RelayEvent.Refused::dialect, RelayEvent.Refused::reason, RelayEvent.Refused::detail)
                    .containsExactly(Optional.empty(), Reason.UNKNOWN_PROTOCOL, "no dialect begins with 61 78");
            HeardEvents.awaitNobody(relay);
        }
    }

    /** The time is that of the whole: neither a refused request nor the upgrade begins it again. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoIsSilentInAWebSocketIsCutOffByTheOneDeadline(boolean saysAByte) throws IOException {
        Limits limits = Limits.builder().head(Duration.ofSeconds(1)).build();
        try (Relay relay = relay().limits(limits).start();
                RawClient client = RawClient.connect(relay.address())) {
            assertThat(client.send(RawClient.upgrade("/nowhere")).answer()).startsWith("HTTP/1.1 404 ");
            MessageStream socket = upgraded(client, "/any");
            if (saysAByte) {
                socket.send(bytes("a"));
            }
            assertThatThrownBy(socket::receive).isInstanceOf(IOException.class);
            await().until(() -> events.refused().size() == 2);
            assertThat(events.awaitRefusal().reason()).isEqualTo(Reason.HANDSHAKE_TIMEOUT);
            HeardEvents.awaitNobody(relay);
        }
    }

    @Test
    void aMessageThatIsTooLongEndsTheConnectionAndIsCountedAsItsDialects() throws IOException {
        try (Relay relay = relay().start();
                RawClient client = RawClient.connect(relay.address())) {
            upgraded(client, "/messages");
            SmallCodec.client(client.stream(), 2 * LONGEST).send(ByteBuffer.allocate(LONGEST + 1));
            assertThat(events.awaitRefusal())
                    .extracting(RelayEvent.Refused::dialect, RelayEvent.Refused::reason)
                    .containsExactly(Optional.of("messages"), Reason.PROTOCOL_ERROR);
            HeardEvents.awaitNobody(relay);
        }
    }

    /** Who was accepted just before, and asks for a WebSocket only then. */
    @Test
    void aRelayThatDrainsAnswersInHttp() throws Exception {
        try (Relay relay = relay().start();
                RawClient client = RawClient.connect(relay.address())) {
            await().until(() -> relay.connections() == 1);
            assertThat(relay.drain(Duration.ofSeconds(20))).isTrue();
            assertThat(client.send(RawClient.upgrade("/messages")).answer()).startsWith("HTTP/1.1 503 ");
            assertThat(client.rest()).isEmpty();
        }
    }
}
