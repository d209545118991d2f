package dev.posthouse.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.proxy.ProxyHeader;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.net.tls.TlsServer;
import dev.posthouse.relay.accept.Detection;
import dev.posthouse.relay.accept.Dialect;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.event.HeardEvents;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Connections;
import dev.posthouse.relay.limit.Descriptors;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.splice.DataPath;
import dev.posthouse.relay.splice.Splicer;
import dev.posthouse.testkit.LeakCheck;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One port: PROXY headers, TLS and the dialects are told apart by their first bytes, however these come. */
@ExtendWith(LeakCheck.class)
class RelayTest {

    private static final NetworkBlocks LOOPBACK = NetworkBlocks.parse(List.of("127.0.0.0/8"));

    private final HeardEvents events = new HeardEvents();

    private Relay.Builder relay(Dialect... dialects) {
        Relay.Builder builder = Relay.builder()
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .events(events);
        List.of(dialects).forEach(builder::dialect);
        return builder;
    }

    private static TcpStream connect(Relay relay) throws IOException {
        var stream = new TcpStream(SocketChannel.open(relay.address()));
        stream.readTimeout(Duration.ofSeconds(20));
        return stream;
    }

    private static void send(ByteStream stream, String text) throws IOException {
        stream.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String rest(ByteStream stream) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(4_096);
        while (stream.read(all) >= 0) {
            // until the end
        }
        return new String(all.array(), 0, all.position(), StandardCharsets.ISO_8859_1);
    }

    // ---- who is turned away by the relay itself

    /** Services of a process that has but ten descriptors. */
    private RelayServices scarce(DataPath dataPath) {
        RelayServices plenty = RelayServices.singleNode(dataPath, Limits.DEFAULT, events);
        return new RelayServices(
                plenty.dataPath(),
                plenty.directory(),
                plenty.node(),
                plenty.waitingRoom(),
                plenty.admission(),
                new Connections(plenty.admission(), new Descriptors(10, 0)),
                plenty.circuits(),
                plenty.events(),
                plenty.clock());
    }

    @Test
    void whoComesWhenDescriptorsAreNearlyUsedUpIsRefusedByItsDialectAndWhoComesLaterByNobody() throws IOException {
        var open = new ArrayList<TcpStream>();
        try (Splicer dataPath = Splicer.start();
                Relay relay = relay(new EchoDialect("one", "alpha"))
                        .services(scarce(dataPath))
                        .start()) {
            for (int i = 0; i < 8; i++) {
                open.add(connect(relay));
            }
            TcpStream refused = connect(relay);
            open.add(refused);
            send(refused, "alpha");
            assertThat(rest(refused)).isEqualTo("limit-descriptors\n");
            assertThat(events.await(RelayEvent.Refused.class).reason()).isEqualTo(Reason.LIMIT_DESCRIPTORS);
        } finally {
            for (TcpStream stream : open) {
                stream.close();
            }
        }
    }

    /** One that was accepted just before, and says what it wants only then. */
    @Test
    void whoSaysWhatItWantsWhenTheRelayDrainsIsRefusedByItsDialect() throws Exception {
        try (Relay relay = relay(new EchoDialect("one", "alpha")).start();
                TcpStream early = connect(relay)) {
            Awaitility.await().until(() -> relay.connections() == 1);
            assertThat(relay.drain(Duration.ofSeconds(20))).isTrue();
            send(early, "alpha");
            assertThat(rest(early)).isEqualTo("shutdown\n");
            assertThat(events.await(RelayEvent.Refused.class).reason()).isEqualTo(Reason.SHUTDOWN);
        }
    }

    @Test
    void relayWithoutAListenerHasNoAddressAndEndsWhatItsDialectsHave() throws Exception {
        try (Relay relay = Relay.builder()
                .dialect(new EchoDialect("one", "alpha"))
                .withoutListener()
                .events(events)
                .start()) {
            assertThatThrownBy(relay::address).isInstanceOf(IllegalStateException.class);
            assertThat(relay.connections()).isZero();
            assertThat(relay.addresses("one", List.of("here:1"))).containsExactly("one://here:1");
            assertThat(relay.drain(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(events.of(RelayEvent.class)).isEmpty();
    }

    // ---- the dialects

    @Test
    void dialectsThatClaimTheSameFirstBytesDoNotStart() {
        assertThatThrownBy(() -> relay(new EchoDialect("one", "alpha"), new EchoDialect("two", "alpha"))
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one and two both claim");
    }

    @ParameterizedTest
    @ValueSource(strings = {"alpha", "alps", "beta"})
    void dialectIsToldApartThoughItsFirstBytesComeOneByOne(String word) throws IOException {
        try (Relay relay = relay(
                                new EchoDialect("one", "alpha"),
                                new EchoDialect("two", "alps"),
                                new EchoDialect("three", "beta"))
                        .start();
                TcpStream stream = connect(relay)) {
            for (char c : (word + " more\n").toCharArray()) {
                send(stream, String.valueOf(c));
            }
            String name = word.equals("alpha") ? "one" : word.equals("alps") ? "two" : "three";
            assertThat(rest(stream)).isEqualTo(name + " " + address(stream) + " " + word + " more\n");
            assertThat(events.await(RelayEvent.Accepted.class).dialect()).isEqualTo(name);
            HeardEvents.awaitNobody(relay);
        }
    }

    @Test
    void dialectWithTheLongestClaimGetsIt() throws IOException {
        try (Relay relay = relay(new EchoDialect("short", "al"), new EchoDialect("long", "alpha"))
                        .start();
                TcpStream stream = connect(relay)) {
            send(stream, "alpha\n");
            assertThat(rest(stream)).startsWith("long ");
        }
    }

    @Test
    void bytesThatNobodyKnowsAreCutOffAtOnce() throws IOException {
        try (Relay relay = relay(new EchoDialect("one", "alpha")).start();
                TcpStream stream = connect(relay)) {
            send(stream, "alpx");
            assertThatThrownBy(() -> rest(stream)).isInstanceOf(IOException.class);
            var refused = events.await(RelayEvent.Refused.class);
            assertThat(refused.reason()).isEqualTo(Reason.UNKNOWN_PROTOCOL);
            assertThat(refused.detail()).isEqualTo("no dialect begins with 61 6c 70 78");
            assertThat(refused.dialect()).isEmpty();
            HeardEvents.awaitNobody(relay);
        }
    }

    @Test
    void connectionWithoutAByteIsCountedAsGone() throws IOException {
        try (Relay relay = relay(new EchoDialect("one", "alpha")).start()) {
            connect(relay).close();
            assertThat(events.await(RelayEvent.Refused.class).reason()).isEqualTo(Reason.PEER_GONE);
            HeardEvents.awaitNobody(relay);
        }
    }

    @Test
    void connectionThatEndsWithinItsFirstBytesIsUnknown() throws IOException {
        try (Relay relay = relay(new EchoDialect("one", "alpha")).start();
                TcpStream stream = connect(relay)) {
            send(stream, "alp");
            stream.shutdownOutput();
            assertThat(events.await(RelayEvent.Refused.class).reason()).isEqualTo(Reason.UNKNOWN_PROTOCOL);
            HeardEvents.awaitNobody(relay);
        }
    }

    @Test
    void silentConnectionIsCutOffByTheHeadDeadline() throws IOException {
        Limits limits = Limits.builder().head(Duration.ofMillis(50)).build();
        try (Relay relay = relay(new EchoDialect("one", "alpha")).limits(limits).start();
                TcpStream stream = connect(relay)) {
            assertThatThrownBy(() -> rest(stream)).isInstanceOf(IOException.class);
            assertThat(events.await(RelayEvent.Refused.class).reason()).isEqualTo(Reason.HANDSHAKE_TIMEOUT);
            HeardEvents.awaitNobody(relay);
        }
    }

    @Test
    void dialectThatNeedsMoreForEverIsShownItsBoundAndNoMore() throws IOException {
        var greedy = new EchoDialect("greedy", "x".repeat(10_000));
        try (Relay relay = relay(greedy).start();
                TcpStream stream = connect(relay)) {
            send(stream, "x".repeat(2_000));
            assertThatThrownBy(() -> rest(stream)).isInstanceOf(IOException.class);
            assertThat(events.await(RelayEvent.Refused.class).reason()).isEqualTo(Reason.UNKNOWN_PROTOCOL);
            assertThat(greedy.mostShown()).isEqualTo(Detection.BOUND);
        }
    }

    @Test
    void dialectThatFailsIsOurFaultAndTheConnectionIsReset() throws IOException {
        try (Relay relay = relay(new EchoDialect("one", "alpha").failing()).start();
                TcpStream stream = connect(relay)) {
            send(stream, "alpha\n");
            assertThatThrownBy(() -> rest(stream)).isInstanceOf(IOException.class);
            assertThat(events.await(RelayEvent.Fault.class).cause()).hasMessage("made to fail");
            HeardEvents.awaitNobody(relay);
        }
    }

    @Test
    void relayNeedsADialect() {
        assertThatThrownBy(() -> Relay.builder().start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("at least one dialect");
    }

    @Test
    void closingEndsConnectionsThatAreStillInTheirHandshake() throws IOException {
        Relay relay = relay(new EchoDialect("one", "alpha")).start();
        try (TcpStream silent = connect(relay);
                TcpStream served = connect(relay)) {
            send(served, "alpha, and no line feed");
            events.await(RelayEvent.Accepted.class);
            Awaitility.await().until(() -> relay.connections() == 2);
            relay.close();
            for (TcpStream stream : List.of(silent, served)) {
                assertEnds(stream);
            }
            HeardEvents.awaitNobody(relay);
        } finally {
            relay.close();
        }
    }

    private static void assertEnds(TcpStream stream) {
        try {
            assertThat(rest(stream)).isEmpty();
        } catch (dev.posthouse.net.TimedOut e) {
            throw new AssertionError("it was left open", e);
        } catch (IOException e) {
            // a reset is an end, too
        }
    }

    // ---- PROXY headers

    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 4_321);
    private static final InetSocketAddress BALANCER = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80);

    private static byte[] header(int version) {
        ProxyHeader header = ProxyHeader.of(CLIENT, BALANCER);
        return version == 1 ? header.toBytesV1() : header.toBytesV2();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void headerOfATrustedProxyGivesTheObservedAddress(int version) throws IOException {
        try (Relay relay =
                        relay(new EchoDialect("one", "alpha")).proxies(LOOPBACK).start();
                TcpStream stream = connect(relay)) {
            stream.write(ByteBuffer.wrap(concat(header(version), "alpha glued\n")));
            assertThat(rest(stream)).isEqualTo("one /192.0.2.7:4321 alpha glued\n");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void headerMayBeCutAtEveryByte(int version) throws IOException {
        try (Relay relay =
                relay(new EchoDialect("one", "alpha")).proxies(LOOPBACK).start()) {
            byte[] all = concat(header(version), "alpha\n");
            for (int cut = 1; cut < all.length; cut++) {
                try (TcpStream stream = connect(relay)) {
                    stream.write(ByteBuffer.wrap(all, 0, cut));
                    stream.write(ByteBuffer.wrap(all, cut, all.length - cut));
                    assertThat(rest(stream)).as("cut at %d", cut).isEqualTo("one /192.0.2.7:4321 alpha\n");
                }
            }
            HeardEvents.awaitNobody(relay);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void headerFromElsewhereIsNotBelieved(int version) throws IOException {
        NetworkBlocks others = NetworkBlocks.parse(List.of("10.0.0.0/8", "::1/128"));
        try (Relay relay =
                        relay(new EchoDialect("one", "alpha")).proxies(others).start();
                TcpStream stream = connect(relay)) {
            stream.write(ByteBuffer.wrap(concat(header(version), "alpha\n")));
            assertThatThrownBy(() -> rest(stream)).isInstanceOf(IOException.class);
            assertThat(events.await(RelayEvent.Refused.class).reason()).isEqualTo(Reason.UNKNOWN_PROTOCOL);
        }
    }

    @Test
    void trustedProxyMaySendNoHeader() throws IOException {
        try (Relay relay =
                        relay(new EchoDialect("one", "alpha")).proxies(LOOPBACK).start();
                TcpStream stream = connect(relay)) {
            send(stream, "alpha\n");
            assertThat(rest(stream)).isEqualTo("one " + address(stream) + " alpha\n");
        }
    }

    @Test
    void balancerThatSpeaksForItselfIsItself() throws IOException {
        try (Relay relay =
                        relay(new EchoDialect("one", "alpha")).proxies(LOOPBACK).start();
                TcpStream stream = connect(relay)) {
            stream.write(ByteBuffer.wrap(concat(ProxyHeader.LOCAL.toBytesV2(), "alpha\n")));
            assertThat(rest(stream)).isEqualTo("one " + address(stream) + " alpha\n");
        }
    }

    @Test
    void malformedHeaderIsAProtocolError() throws IOException {
        try (Relay relay =
                        relay(new EchoDialect("one", "alpha")).proxies(LOOPBACK).start();
                TcpStream stream = connect(relay)) {
            send(stream, "PROXY TCP4 300.0.0.1 192.0.2.1 1 2\r\nalpha\n");
            assertThatThrownBy(() -> rest(stream)).isInstanceOf(IOException.class);
            assertThat(events.await(RelayEvent.Refused.class).reason()).isEqualTo(Reason.PROTOCOL_ERROR);
            HeardEvents.awaitNobody(relay);
        }
    }

    // ---- TLS

    @Test
    void tlsAndPlainShareThePortAlsoBehindAProxy(@TempDir Path directory) throws IOException {
        TestCertificates certificates = TestCertificates.in(directory);
        TestCertificates.Issued issued = certificates.issue("localhost");
        TlsClient client = TlsClient.trusting(certificates.authority());
        try (Relay relay = relay(new EchoDialect("one", "alpha"))
                .proxies(LOOPBACK)
                .tls(TlsServer.fromPem(issued.chain(), issued.key()))
                .start()) {
            try (TcpStream plain = connect(relay)) {
                send(plain, "alpha\n");
                assertThat(rest(plain)).isEqualTo("one " + address(plain) + " alpha\n");
            }
            for (boolean proxied : List.of(false, true)) {
                TcpStream raw = connect(relay);
                if (proxied) {
                    raw.write(ByteBuffer.wrap(header(2)));
                }
                try (ByteStream secured = client.connect(raw, "localhost", Duration.ofSeconds(20))) {
                    send(secured, "alpha\n");
                    assertThat(rest(secured))
                            .isEqualTo("one " + (proxied ? "/192.0.2.7:4321" : address(raw)) + " alpha\n");
                }
            }
            HeardEvents.awaitNobody(relay);
        }
    }

    @Test
    void tlsWithinTlsIsNoDialect(@TempDir Path directory) throws IOException {
        TestCertificates certificates = TestCertificates.in(directory);
        TestCertificates.Issued issued = certificates.issue("localhost");
        TlsClient client = TlsClient.trusting(certificates.authority());
        try (Relay relay = relay(new EchoDialect("one", "alpha"))
                        .tls(TlsServer.fromPem(issued.chain(), issued.key()))
                        .start();
                ByteStream outer = client.connect(connect(relay), "localhost", Duration.ofSeconds(20))) {
            assertThatThrownBy(() -> client.connect(outer, "localhost", Duration.ofSeconds(20)))
                    .isInstanceOf(IOException.class);
            assertThat(events.await(RelayEvent.Refused.class).detail()).startsWith("no dialect begins with 16 03");
            HeardEvents.awaitNobody(relay);
        }
    }

    private static byte[] concat(byte[] head, String text) {
        return ByteBuffer.allocate(head.length + text.length())
                .put(head)
                .put(text.getBytes(StandardCharsets.ISO_8859_1))
                .array();
    }

    private static String address(TcpStream stream) {
        return String.valueOf(stream.localAddress().orElseThrow());
    }
}
