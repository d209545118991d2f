package dev.posthouse.rdv.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.relay.Relay;
import dev.posthouse.relay.accept.Carried;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.http.Doors;
import dev.posthouse.relay.accept.http.SmallCodec;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** rdv shares HTTP with dialects that are reached by WebSocket, and its clients see none of it. */
@ExtendWith(LeakCheck.class)
class BesideWebSocketsTest {

    private static final String SOCKET =
            "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";

    private static Relay relay() throws IOException {
        Doors sockets = Doors.of(
                "sockets",
                new Entrance.WebSockets(
                        Optional.of("/socket"),
                        Optional.empty(),
                        new Carried.Messages(100, (connection, messages, upgrade) -> {
                            messages.send(messages.receive().orElseThrow());
                            messages.close();
                        })));
        return Relay.builder()
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .dialect(sockets)
                .dialect(RdvServer.withDefaults())
                .webSockets(new SmallCodec())
                .start();
    }

    private static String answer(RawPeer from) throws IOException {
        String head = from.head();
        return head + from.read(Integer.parseInt(head.replaceFirst("(?s).*Content-Length: (\\d+).*", "$1")));
    }

    @Test
    void requestsOfOneConnectionAreEitherDialects() throws IOException {
        try (Relay relay = relay();
                RawPeer dialer = RawPeer.connect(relay.address());
                RawPeer acceptor = RawPeer.connect(relay.address())) {
            assertThat(answer(dialer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")))
                    .startsWith("HTTP/1.1 426 Upgrade Required\r\nUpgrade: rdv/1\r\n")
                    .endsWith("invalid rdv upgrade: requires connection upgrade\n");
            assertThat(answer(dialer.send(SOCKET + "\r\n")))
                    .startsWith(
                            "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
            assertThat(answer(dialer.send(SOCKET.replace("GET /socket", "DIAL /t") + "\r\n")))
                    .endsWith("invalid rdv upgrade: bad upgrade websocket\n");
            dialer.send(RawPeer.request("DIAL", "t"));
            acceptor.send(RawPeer.request("ACCEPT", "t"));
            assertThat(dialer.head()).startsWith("HTTP/1.1 101 ").contains("\r\nUpgrade: rdv/1\r\n");
            assertThat(acceptor.head()).startsWith("HTTP/1.1 101 ");
        }
    }

    @Test
    void aWebSocketMayFollowARefusalOfRdv() throws IOException {
        try (Relay relay = relay();
                RawPeer peer = RawPeer.connect(relay.address())) {
            assertThat(answer(peer.send("DIAL / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: rdv/1\r\n\r\n")))
                    .endsWith("missing rdv token\n");
            peer.send(SOCKET + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                    + "\u0082\u0081\0\0\0\0x");
            assertThat(peer.head()).startsWith("HTTP/1.1 101 ").contains("\r\nUpgrade: websocket\r\n");
            assertThat(peer.read(3)).isEqualTo("\u0082\u0001x");
        }
    }

    @Test
    void whereNobodyHasWebSocketsOneIsRefusedInTheWordsOfRdv() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.connect().send(SOCKET + "\r\n")) {
            assertThat(answer(peer))
                    .startsWith("HTTP/1.1 426 Upgrade Required\r\nUpgrade: rdv/1\r\n")
                    .endsWith("invalid rdv upgrade: bad upgrade websocket\n");
        }
    }
}
