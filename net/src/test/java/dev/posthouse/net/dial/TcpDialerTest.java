package dev.posthouse.net.dial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class TcpDialerTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final InetAddress FOUR = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress SIX = InetAddress.ofLiteral("::1");

    private static TcpDialer dialer(InetAddress... addresses) {
        Map<String, List<InetAddress>> names = Map.of("relay.test", List.of(addresses));
        return new TcpDialer(host -> names.getOrDefault(host, List.of()));
    }

    @Test
    void aNameIsResolvedAndDialled() throws IOException {
        try (TcpListener listener = listen(FOUR);
                TcpStream stream = dialer(FOUR)
                        .dial(new Target("relay.test", listener.address().getPort()), LONG);
                TcpStream accepted = new TcpStream(listener.accept())) {
            assertThat(stream.remoteAddress()).contains(listener.address());
            assertThat(accepted.remoteAddress()).isEqualTo(stream.localAddress());
        }
    }

    @Test
    void anAddressLiteralIsDialledWithoutResolving() throws IOException {
        TcpDialer noNames = new TcpDialer(host -> {
            throw new AssertionError("resolved " + host);
        });
        for (String host : List.of("::1", "[::1]")) {
            try (TcpListener listener = listen(SIX);
                    TcpStream stream =
                            noNames.dial(new Target(host, listener.address().getPort()), LONG)) {
                assertThat(stream.remoteAddress()).contains(listener.address());
            }
        }
    }

    @Test
    void ipv6IsTriedAtOnceWhenIpv4Fails() throws IOException {
        try (TcpListener listener = listen(SIX);
                TcpStream stream = dialer(SIX, FOUR)
                        .dial(new Target("relay.test", listener.address().getPort()), LONG)) {
            assertThat(stream.remoteAddress()).contains(listener.address());
        }
    }

    @Test
    void ipv4WinsWhereBothAnswer() throws IOException {
        try (TcpListener both = TcpListener.bind(new InetSocketAddress(InetAddress.ofLiteral("::"), 0));
                TcpStream stream = dialer(SIX, FOUR)
                        .dial(new Target("relay.test", both.address().getPort()), LONG)) {
            assertThat(stream.remoteAddress().orElseThrow().getAddress()).isEqualTo(FOUR);
        }
    }

    @Test
    void theNextAddressIsTriedAfterAWhileWhenOneDoesNotAnswer() throws IOException {
        InetAddress silent = InetAddress.ofLiteral("127.0.0.9");
        try (TcpListener listener = listen(FOUR);
                FullListener full = new FullListener(silent, listener.address().getPort())) {
            long start = System.nanoTime();
            try (TcpStream stream = dialer(silent, FOUR)
                    .dial(new Target("relay.test", listener.address().getPort()), LONG)) {
                assertThat(stream.remoteAddress()).contains(listener.address());
                assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(HappyEyeballs.STAGGER.toNanos());
                assertThat(full.port()).isEqualTo(listener.address().getPort());
            }
        }
    }

    @Test
    void familiesAlternateWithIpv4First() {
        InetAddress four2 = InetAddress.ofLiteral("127.0.0.2");
        InetAddress six2 = InetAddress.ofLiteral("::2");
        InetAddress six3 = InetAddress.ofLiteral("::3");

        assertThat(inTurn(SIX, six2, six3, FOUR, four2, SIX)).containsExactly(FOUR, SIX, four2, six2, six3);
        InetAddress[] many = new InetAddress[99];
        for (int i = 0; i < many.length; i++) {
            many[i] = InetAddress.ofLiteral("127.0.1." + (i + 1));
        }
        assertThat(inTurn(many)).hasSize(HappyEyeballs.MAX_ADDRESSES);
    }

    private static List<InetAddress> inTurn(InetAddress... addresses) {
        List<InetSocketAddress> all = Stream.of(addresses)
                .map(address -> new InetSocketAddress(address, 1))
                .toList();
        return HappyEyeballs.inTurn(all).stream()
                .map(InetSocketAddress::getAddress)
                .toList();
    }

    @Test
    void everyAddressThatFailedIsNamedWithItsReason() throws IOException {
        int closed;
        try (TcpListener listener = listen(FOUR)) {
            closed = listener.address().getPort();
        }

        assertThatThrownBy(() -> dialer(SIX, FOUR).dial(new Target("relay.test", closed), LONG))
                .isInstanceOf(PeerUnreachable.class)
                .hasMessage(
                        "relay.test:%d cannot be reached: 127.0.0.1:%d (Connection refused),".formatted(closed, closed)
                                + " [::1]:%d (Connection refused)".formatted(closed));
    }

    @Test
    void aNameWithoutAddressesIsUnreachable() {
        assertThatThrownBy(() -> dialer().dial(new Target("relay.test", 80), LONG))
                .isInstanceOf(PeerUnreachable.class)
                .hasMessageContaining("relay.test has no address");
        assertThatThrownBy(() -> new TcpDialer(host -> {
                            throw new PeerUnreachable("no " + host);
                        })
                        .dial(new Target("relay.test", 80), LONG))
                .isInstanceOf(PeerUnreachable.class)
                .hasMessage("no relay.test");
    }

    @Test
    void theLimitBoundsAnAddressThatDoesNotAnswer() throws IOException {
        try (FullListener full = new FullListener(FOUR, 0)) {
            assertThatThrownBy(() -> dialer(FOUR).dial(new Target("relay.test", full.port()), Duration.ofMillis(60)))
                    .isInstanceOf(TimedOut.class)
                    .hasMessageContaining("127.0.0.1:" + full.port() + " (no answer)");
        }
    }

    @Test
    void theLimitBoundsNameResolutionToo() {
        CountDownLatch never = new CountDownLatch(1);
        TcpDialer stuck = new TcpDialer(host -> {
            try {
                never.await();
                return List.of();
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        });

        assertThatThrownBy(() -> stuck.dial(new Target("relay.test", 80), Duration.ofMillis(30)))
                .isInstanceOf(TimedOut.class)
                .hasMessageContaining("relay.test was not resolved");
    }

    @Test
    void anInterruptEndsIt() throws IOException {
        try (FullListener full = new FullListener(FOUR, 0)) {
            Background<?> dialing = Background.start(
                            () -> dialer(FOUR).dial(new Target("relay.test", full.port()), LONG))
                    .awaitBlocked();

            dialing.interrupt();

            assertThat(dialing.failure()).isInstanceOf(InterruptedIOException.class);
        }
    }

    @Test
    void wrongArgumentsAreRefused() {
        assertThatThrownBy(() -> dialer().dial(new Target("relay.test", 0), LONG))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> dialer().dial(new Target("[relay.test]", 1), LONG))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> dialer().dial(new Target("", 1), LONG)).isInstanceOf(IllegalArgumentException.class);
    }

    private static TcpListener listen(InetAddress address) throws IOException {
        return TcpListener.bind(new InetSocketAddress(address, 0));
    }

    /** A listener whose backlog is full: on Linux it leaves further SYNs unanswered. */
    private static final class FullListener implements AutoCloseable {

        private final ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.INET);
        private final List<SocketChannel> waiting = new ArrayList<>();
        private final int port;

        FullListener(InetAddress address, int port) throws IOException {
            listener.bind(new InetSocketAddress(address, port), 1);
            this.port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            for (int i = 0; i < 3; i++) {
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.connect(listener.getLocalAddress());
                waiting.add(channel);
            }
        }

        int port() {
            return port;
        }

        @Override
        public void close() throws IOException {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
            listener.close();
        }
    }
}
