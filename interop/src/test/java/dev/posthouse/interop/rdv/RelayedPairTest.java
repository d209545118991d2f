package dev.posthouse.interop.rdv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.rdv.client.RdvClient;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ByteOracle;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the original's own tests ask of a pair (spec 11: TestClientsLoopback, TestClientsRelay, TestRelayNettest), asked of our
 * clients through either server. Of the parts of the generic connection test, those that set a deadline for writes, and those
 * that read or write from many threads at once, have no counterpart: a stream of ours has one reader, one writer and a time
 * limit for reads.
 */
@LiveRdv
class RelayedPairTest {

    /** What lies between the two. */
    enum Between {
        OUR_SERVER,
        OUR_SERVER_OVER_TLS,
        ORIGINAL_SERVER,
        ORIGINAL_SERVER_OVER_TLS,
        NOTHING
    }

    private static final int MEGABYTE = 1 << 20;

    @TempDir
    static Path directory = Path.of("");

    private static TestCertificates.Issued issued;

    /** Two that are connected. */
    private record Pair(LiveServer server, StreamConnection dialer, StreamConnection acceptor) {}

    /** Set by {@link #connect} or {@link #connectAt}, closed after the test. */
    private Optional<Pair> pair = Optional.empty();

    @BeforeAll
    static void issue() throws IOException {
        issued = TestCertificates.in(directory).issue("127.0.0.1");
    }

    private void connect(Between between) throws IOException {
        LiveServer.Settings settings = LiveServer.Settings.PLAIN;
        LiveServer server =
                switch (between) {
                    case OUR_SERVER, NOTHING -> LiveServer.Kind.OURS.start(settings);
                    case OUR_SERVER_OVER_TLS -> LiveServer.Kind.OURS.start(settings.tls(issued));
                    case ORIGINAL_SERVER -> LiveServer.Kind.ORIGINAL.start(settings);
                    case ORIGINAL_SERVER_OVER_TLS -> LiveServer.Kind.ORIGINAL.start(settings.tls(issued));
                };
        connect(server, between == Between.NOTHING ? Way.DIRECT : Way.RELAYED);
    }

    /** The server at an address of its own, which tells its remote end from a peer's. */
    private void connectAt(LiveServer.Kind kind, Way way) throws IOException {
        connect(kind.start(LiveServer.Settings.PLAIN.host("127.0.0.2")), way);
    }

    private void connect(LiveServer server, Way way) throws IOException {
        RdvClient client = OurClient.builder(way).tls(TlsClient.insecure()).build();
        var accepting = Background.start(() -> client.accept(server.uri(), "pair"));
        StreamConnection dialer = client.dial(server.uri(), "pair");
        pair = Optional.of(new Pair(server, dialer, accepting.result()));
        assertThat(dialer.route().label()).isEqualTo(way.label());
    }

    private StreamConnection dialer() {
        return pair.orElseThrow().dialer();
    }

    private StreamConnection acceptor() {
        return pair.orElseThrow().acceptor();
    }

    @AfterEach
    void close() {
        pair.ifPresent(open -> {
            open.dialer().stream().abort();
            open.acceptor().stream().abort();
            open.server().close();
        });
    }

    @ParameterizedTest
    @EnumSource(Between.class)
    void aMegabyteGoesOneWayAndThenTheEnd(Between between) throws Exception {
        connect(between);
        Payload payload = Payload.of(6451, MEGABYTE);
        Background<?> writer = Background.run(() -> {
            dialer().stream().write(ByteBuffer.wrap(payload.bytes()));
            dialer().close();
        });
        ByteOracle.Sink sink = payload.oracle().sink();
        sink.accept(Exchange.readToEnd(acceptor().stream()));
        sink.assertExactly(MEGABYTE);
        writer.result();
    }

    @ParameterizedTest
    @EnumSource(Between.class)
    void aCounterGoesToAndFroAThousandTimes(Between between) throws Exception {
        connect(between);
        Background<?> pong = Background.run(() -> {
            for (int i = 0; i < 1_000; i++) {
                ByteBuffer ping = Exchange.readExactly(acceptor().stream(), Long.BYTES);
                acceptor().stream()
                        .write(ByteBuffer.allocate(Long.BYTES)
                                .putLong(ping.getLong() + 1)
                                .flip());
            }
        });
        for (long i = 0; i < 1_000; i++) {
            dialer().stream().write(ByteBuffer.allocate(Long.BYTES).putLong(i).flip());
            assertThat(Exchange.readExactly(dialer().stream(), Long.BYTES).getLong())
                    .isEqualTo(i + 1);
        }
        pong.result();
    }

    @ParameterizedTest
    @EnumSource(Between.class)
    void aReadThatTimedOutLeavesBothDirectionsUsable(Between between) throws Exception {
        connect(between);
        dialer().stream().readTimeout(Duration.ofMillis(30));
        assertThatThrownBy(() -> dialer().stream().read(ByteBuffer.allocate(1))).isInstanceOf(TimedOut.class);
        assertThatThrownBy(() -> dialer().stream().read(ByteBuffer.allocate(1))).isInstanceOf(TimedOut.class);
        write(dialer().stream(), "there");
        assertThat(text(Exchange.readExactly(acceptor().stream(), 5))).isEqualTo("there");
        dialer().stream().readTimeout(Duration.ZERO);
        var reading = Background.start(() -> text(Exchange.readExactly(dialer().stream(), 4)));
        reading.awaitBlocked();
        write(acceptor().stream(), "back");
        assertThat(reading.result()).isEqualTo("back");
    }

    @ParameterizedTest
    @EnumSource(Between.class)
    void closingEndsABlockedReadAndABlockedWrite(Between between) throws Exception {
        connect(between);
        var reading = Background.start(() -> dialer().stream().read(ByteBuffer.allocate(1)));
        reading.awaitBlocked();
        var writing = Background.run(() -> {
            ByteBuffer block = ByteBuffer.allocate(MEGABYTE);
            while (true) {
                dialer().stream().write(block.clear()); // nobody reads at the other end
            }
        });
        writing.awaitBlocked();
        dialer().close();
        assertThat(reading.failure()).isInstanceOf(IOException.class);
        assertThat(writing.failure()).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @EnumSource(Between.class)
    void readingWritingAndAskingAtOnceDisturbNothing(Between between) throws Exception {
        connect(between);
        Payload there = Payload.of(6452, 3 * MEGABYTE);
        Payload back = Payload.of(6453, 2 * MEGABYTE);
        var asking = Background.run(() -> {
            for (int i = 0; i < 10_000; i++) {
                dialer().stream().readTimeout(Duration.ofSeconds(10 + i % 5));
                assertThat(dialer().stream().isOpen()).isTrue();
                assertThat(dialer().stream().localAddress()).isPresent();
                assertThat(dialer().stream().remoteAddress()).isPresent();
            }
        });
        var accepting = Background.start(() -> Exchange.run(acceptor().stream(), back, there));
        assertThat(Exchange.run(dialer().stream(), there, back)).isEqualTo(back.sha256());
        assertThat(accepting.result()).isEqualTo(there.sha256());
        asking.result();
    }

    @ParameterizedTest
    @EnumSource(
            value = Between.class,
            names = {"OUR_SERVER", "OUR_SERVER_OVER_TLS", "NOTHING"})
    void anEndOfOneDirectionLeavesTheOtherOpenWhereAllIsOurs(Between between) throws Exception {
        connect(between);
        assertThat(dialer().carriesHalfClose()).isTrue();
        write(dialer().stream(), "question");
        dialer().stream().shutdownOutput();
        assertThat(new String(Exchange.readToEnd(acceptor().stream()), StandardCharsets.US_ASCII))
                .isEqualTo("question");
        Payload answer = Payload.of(6454, 2 * MEGABYTE);
        var answering = Background.run(() -> {
            acceptor().stream().write(ByteBuffer.wrap(answer.bytes()));
            acceptor().stream().shutdownOutput();
        });
        ByteOracle.Sink sink = answer.oracle().sink();
        sink.accept(Exchange.readToEnd(dialer().stream()));
        sink.assertExactly(answer.length());
        answering.result();
    }

    @ParameterizedTest
    @EnumSource(
            value = Between.class,
            names = {"ORIGINAL_SERVER", "ORIGINAL_SERVER_OVER_TLS"})
    void theOriginalServerIsKnownToCarryNoHalfClose(Between between) throws Exception {
        connect(between);
        assertThat(dialer().carriesHalfClose()).isFalse();
        assertThat(acceptor().carriesHalfClose()).isFalse();
    }

    // ---- with the server at an address of its own

    @ParameterizedTest
    @EnumSource(LiveServer.Kind.class)
    void clientsOnLoopbackConnectDirectly(LiveServer.Kind kind) throws Exception {
        connectAt(kind, Way.DIRECT);
        assertThat(dialer().route()).isInstanceOf(Route.Direct.class);
        assertThat(dialer().route().remote().getAddress().isLoopbackAddress()).isTrue();
        assertThat(dialer().route().remote().getHostString()).isNotEqualTo("127.0.0.2");
        fiveBytesAndTheEnd();
    }

    @ParameterizedTest
    @EnumSource(LiveServer.Kind.class)
    void clientsWithoutSpacesAreRelayed(LiveServer.Kind kind) throws Exception {
        connectAt(kind, Way.RELAYED);
        assertThat(dialer().route())
                .isEqualTo(new Route.Relayed(pair.orElseThrow().server().address()));
        assertThat(dialer().route().remote().getHostString()).isEqualTo("127.0.0.2");
        fiveBytesAndTheEnd();
    }

    private void fiveBytesAndTheEnd() throws IOException {
        write(acceptor().stream(), "hello");
        acceptor().close();
        assertThat(new String(Exchange.readToEnd(dialer().stream()), StandardCharsets.US_ASCII))
                .isEqualTo("hello");
    }

    private static void write(ByteStream stream, String text) throws IOException {
        stream.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.US_ASCII.decode(bytes).toString();
    }
}
