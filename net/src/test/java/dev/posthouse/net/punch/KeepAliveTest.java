package dev.posthouse.net.punch;

import static dev.posthouse.net.punch.Loopback.PACING;
import static dev.posthouse.net.punch.Loopback.PATIENCE;
import static dev.posthouse.net.punch.Loopback.V4;
import static dev.posthouse.net.punch.Loopback.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.dial.Target;
import dev.posthouse.net.dial.TcpDialer;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import jdk.net.ExtendedSocketOptions;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whichever way a socket came to be: a peer whose host vanishes is found out within a minute, 15 s + 3 × 15 s. */
@ExtendWith(LeakCheck.class)
class KeepAliveTest {

    private static final TcpDialer DIALER = new TcpDialer(host -> List.of(InetAddress.ofLiteral(host)));

    private static void assertProbes(TcpStream stream) throws IOException {
        SocketChannel channel = stream.channel();
        assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
        assertOption(channel, ExtendedSocketOptions.TCP_KEEPIDLE, 15);
        assertOption(channel, ExtendedSocketOptions.TCP_KEEPINTERVAL, 15);
        assertOption(channel, ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
    }

    private static void assertOption(SocketChannel channel, SocketOption<Integer> option, int value)
            throws IOException {
        Assumptions.assumeThat(channel.supportedOptions()).contains(option);
        assertThat(channel.getOption(option)).as(option.name()).isEqualTo(value);
    }

    @Test
    void acceptedAndDialled() throws Exception {
        try (TcpListener listener = TcpListener.bind(at(V4, 0));
                TcpStream dialled = DIALER.dial(
                        new Target(V4.getHostAddress(), listener.address().getPort()), PATIENCE);
                TcpStream accepted = new TcpStream(listener.accept())) {
            assertProbes(dialled);
            assertProbes(accepted);
        }
    }

    @Test
    void dialledToTheRelay() throws Exception {
        try (ServerSocketChannel relay = Loopback.listener(V4);
                PunchSocket socket = Loopback.socket();
                TcpStream stream = socket.dialRelay("the relay", List.of(Loopback.address(relay)), PATIENCE).stream()) {
            assertProbes(stream);
        }
    }

    @Test
    void punchedInboundAndOutbound() throws Exception {
        try (PunchSocket acceptor = Loopback.socket();
                PunchSocket dialer = Loopback.socket();
                Race race = dialer.race(List.of(at(V4, acceptor.port())), PACING);
                TcpStream outbound = race.next(PATIENCE).orElseThrow().stream();
                TcpStream early = acceptor.nextInbound(PATIENCE).orElseThrow().stream()) {
            assertProbes(outbound);
            assertProbes(early);
        }
    }

    @Test
    void cameInDuringARace() throws Exception {
        try (PunchSocket socket = Loopback.socket();
                Race race = socket.race(List.of(), PACING);
                SocketChannel peer = SocketChannel.open(at(V4, socket.port()));
                TcpStream inbound = race.next(PATIENCE).orElseThrow().stream()) {
            assertThat(peer.isConnected()).isTrue();
            assertProbes(inbound);
        }
    }
}
