package dev.posthouse.relay.accept;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.Reason;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.http.TextResponse;
import dev.posthouse.net.memory.Link;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.net.proxy.ProxyHeader;
import dev.posthouse.net.tls.TlsServer;
import dev.posthouse.relay.accept.http.Doors;
import dev.posthouse.relay.accept.http.Forwarded;
import dev.posthouse.relay.accept.http.HttpRoom;
import dev.posthouse.relay.accept.http.RawClient;
import dev.posthouse.relay.accept.http.SmallCodec;
import dev.posthouse.relay.event.RelayListener;
import dev.posthouse.relay.limit.ConnectionPermit;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.splice.Splicer;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The table of first bytes of docs/architecture.md with everything that stands behind it: layers, detection, and the room of HTTP.
 * Whose a connection is depends on its bytes alone, however they are cut and in whatever order the dialects are served.
 */
class FirstBytesTest {

    private static final InetSocketAddress PROXY = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 40_000);
    private static final NetworkBlocks PROXIES = NetworkBlocks.parse(List.of("10.0.0.0/8"));
    private static final int ORDERS = 6;
    private static final int FEW = 16;

    private final Splicer dataPath;
    private final List<FrontDoor> doors = new ArrayList<>();
    private String served = "";

    FirstBytesTest() throws IOException {
        dataPath = Splicer.start();
    }

    @BeforeEach
    void open() {
        var random = new Random(11);
        var dialects = new ArrayList<>(all());
        for (int order = 0; order < ORDERS; order++) {
            doors.add(door(dialects, null));
            Collections.shuffle(dialects, random);
        }
    }

    @AfterEach
    void close() {
        dataPath.close();
    }

    private List<Doors> all() {
        return List.of(
                Doors.of(
                        "rdv",
                        new Entrance.Requests(
                                List.of(
                                        new RequestClaim.Method("DIAL"),
                                        new RequestClaim.Method("ACCEPT"),
                                        new RequestClaim.Upgrade("rdv/1"),
                                        new RequestClaim.Rest()),
                                (head, connection) -> {
                                    if (!head.headers().lists("Upgrade", "rdv/1")) {
                                        served = "rdv refuses " + head.method();
                                        return Optional.of(new RequestHandler.Refused(
                                                TextResponse.of(426, "no"), Reason.PROTOCOL_ERROR));
                                    }
                                    serve("rdv " + head.method(), connection);
                                    return Optional.empty();
                                })),
                magic("offset", "0000000000000004", "0000000400000000"),
                magic("libp2p", "132f"),
                magic("hyper", "200000"),
                magic("comms", "500020", "000020", "030040"),
                Doors.of(
                        "messages",
                        new Entrance.WebSockets(
                                Optional.of("/messages"),
                                Optional.empty(),
                                new Carried.Messages(100, (connection, messages, upgrade) -> {
                                    ByteBuffer first = messages.receive().orElseThrow();
                                    served = "messages: " + hex(first);
                                    messages.close();
                                }))));
    }

    /** Tells its connections by their first bytes, plain and in a WebSocket. */
    private Doors magic(String name, String... samples) {
        var detector = MagicBytes.of(samples);
        var handler = new ConnectionHandler() {
            @Override
            public void serve(Inbound connection) throws IOException {
                FirstBytesTest.this.serve(name, connection);
            }

            @Override
            public void refuse(Inbound connection, Reason why, String detail) {
                connection.close();
            }
        };
        return Doors.of(
                name,
                new Entrance.FirstBytes(detector, handler),
                new Entrance.WebSockets(
                        Optional.empty(),
                        Optional.empty(),
                        new Carried.Detected(
                                detector, (connection, upgrade) -> serve(name + " in a WebSocket", connection))));
    }

    /** Everything that comes is still in it. */
    private void serve(String name, Inbound connection) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(64);
        while (connection.stream().read(all) >= 0) {
            // to the end
        }
        served = name + ": " + hex(all.flip());
        connection.close();
    }

    private static String hex(ByteBuffer bytes) {
        byte[] all = new byte[bytes.remaining()];
        bytes.get(all);
        return HexFormat.of().formatHex(all);
    }

    private FrontDoor door(List<Doors> dialects, @Nullable TlsServer tls) {
        RelayServices services = RelayServices.singleNode(dataPath, Limits.DEFAULT, RelayListener.SILENT);
        List<OpenDialect> open = dialects.stream()
                .map(dialect -> new OpenDialect(dialect.name(), dialect))
                .toList();
        var entries = new ArrayList<Detection.Entry<Destination>>();
        HttpRoom.of(open, Optional.of(new SmallCodec()), Forwarded.none(), services)
                .ifPresent(room -> entries.add(
                        new Detection.Entry<>("HTTP", HttpDetector.INSTANCE, new Destination.OfRoom(room))));
        for (Doors dialect : dialects) {
            for (Entrance entrance : dialect.entrances()) {
                if (entrance instanceof Entrance.FirstBytes(var detector, var handler)) {
                    entries.add(new Detection.Entry<>(
                            dialect.name(), detector, new Destination.OfDialect(dialect.name(), handler)));
                }
            }
        }
        return new FrontDoor(new Detection<>(entries), PROXIES, tls);
    }

    private String whose(FrontDoor door, byte[] bytes, int cut) throws IOException {
        served = "";
        try (MemoryPair pair = MemoryPair.create(Link.DEFAULT.withBufferSize(2_048))) {
            pair.left().write(ByteBuffer.wrap(bytes));
            pair.left().shutdownOutput();
            var arrived = new Inbound(
                    new CutStream(pair.right(), cut),
                    PROXY,
                    Optional.of(PROXY),
                    ConnectionPermit.uncounted(),
                    Duration.ofSeconds(20));
            ProtocolSniffer.Recognised<Destination> found = door.receive(arrived);
            switch (found.owner()) {
                case Destination.OfDialect dialect -> dialect.handler().serve(found.connection());
                case Destination.OfRoom(var room) ->
                    room.serve(found.connection(), new Attribution(RelayListener.SILENT), Optional::empty);
            }
            return served;
        } catch (Unrecognised e) {
            return "nobody";
        }
    }

    /** What may stand before everything. */
    enum Before {
        NOTHING,
        PROXY_1,
        PROXY_2;

        byte[] and(byte[] bytes) {
            ProxyHeader header = ProxyHeader.of(
                    new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 4_321),
                    new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80));
            byte[] first =
                    switch (this) {
                        case NOTHING -> new byte[0];
                        case PROXY_1 -> header.toBytesV1();
                        case PROXY_2 -> header.toBytesV2();
                    };
            return ByteBuffer.allocate(first.length + bytes.length)
                    .put(first)
                    .put(bytes)
                    .array();
        }
    }

    private void assertWhose(byte[] bytes, String owner) throws IOException {
        for (Before before : Before.values()) {
            byte[] all = before.and(bytes);
            for (int cut = 1; cut <= all.length; cut++) {
                // Every order where detection decides, one of them behind that.
                int orders = cut <= FEW ? ORDERS : 1;
                for (int i = 0; i < orders; i++) {
                    int order = (cut + i) % ORDERS;
                    assertThat(whose(doors.get(order), all, cut))
                            .as("%s behind %s, cut at %d, order %d", owner, before, cut, order)
                            .isEqualTo(owner);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET",
                "HEAD",
                "POST",
                "PUT",
                "DELETE",
                "OPTIONS",
                "PATCH",
                "CONNECT",
                "TRACE",
                "DIAL",
                "ACCEPT",
                "dial",
                "M-SEARCH",
                "P",
                "UNHEARD_OF"
            })
    void everyMethodIsOfTheRoomOfHttp(String method) throws IOException {
        String request = method + " /t HTTP/1.1\r\nHost: a\r\n";
        assertWhose((request + "\r\n").getBytes(ISO_8859_1), "rdv refuses " + method);
        assertWhose(
                ("\r\n" + request + "Connection: upgrade\r\nUpgrade: rdv/1\r\n\r\nx").getBytes(ISO_8859_1),
                "rdv " + method + ": 78");
    }

    @ParameterizedTest
    @CsvSource({
        "offset, 0000000000000004aa",
        "offset, 0000000400000000aa",
        "libp2p, 132f6d",
        "hyper, 200000aa",
        "comms, 500020aa",
        "comms, 000020aa",
        "comms, 030040aa",
    })
    void magicNumberIsItsOwnersPlainAndInAWebSocket(String owner, String hex) throws IOException {
        byte[] first = HexFormat.of().parseHex(hex);
        assertWhose(first, owner + ": " + hex);
        assertWhose(inWebSocket("/any", first), owner + " in a WebSocket: " + hex);
        assertWhose(inWebSocket("/messages", first), "messages: " + hex);
    }

    /** In a frame whose mask is zero. */
    private static byte[] inWebSocket(String path, byte[] message) {
        byte[] head = RawClient.upgrade(path).getBytes(ISO_8859_1);
        byte[] close = HexFormat.of().parseHex("888000000000");
        return ByteBuffer.allocate(head.length + 6 + message.length + close.length)
                .put(head)
                .put((byte) 0x82)
                .put((byte) (0x80 | message.length))
                .putInt(0)
                .put(message)
                .put(close)
                .array();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "160301", "1330", "200001", "0d0a0d0a000d0a515549540a", "0000000000000005"})
    void whatNobodyKnowsIsNobodysAlsoInAWebSocket(String hex) throws IOException {
        byte[] first = HexFormat.of().parseHex(hex);
        assertWhose(inWebSocket("/any", first), "nobody");
        for (int cut = 1; cut <= first.length; cut++) {
            if (!hex.startsWith("0d0a")) {
                assertThat(whose(doors.get(cut % ORDERS), first, cut)).isEqualTo("nobody");
            }
        }
        assertThat(whose(doors.getFirst(), Before.PROXY_2.and(first), 30)).isEqualTo("nobody");
    }

    /** A letter is the room's plain, and nobody's in a WebSocket, where there is no room. */
    @Test
    void httpWithinAWebSocketIsNobodys() throws IOException {
        assertThat(whose(doors.getFirst(), inWebSocket("/any", "GET / HTTP/1.1\r\n\r\n".getBytes(ISO_8859_1)), 1))
                .isEqualTo("nobody");
    }

    @ParameterizedTest
    @EnumSource
    void tlsIsTakenOffBeforeAnyDialectIsAsked(Before before, @TempDir Path directory) throws IOException {
        TestCertificates.Issued issued = TestCertificates.in(directory).issue("localhost");
        FrontDoor door = door(all(), TlsServer.fromPem(issued.chain(), issued.key()));
        byte[] all = before.and(HexFormat.of().parseHex("1603010005010000"));
        for (int cut = 1; cut <= all.length; cut++) {
            int at = cut;
            assertThatThrownBy(() -> whose(door, all, at))
                    .as("cut at %d: what it carries ends within the handshake", cut)
                    .isInstanceOf(IOException.class);
            assertThat(served).isEmpty();
        }
    }
}
