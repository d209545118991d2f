package dev.posthouse.net.punch;

import static dev.posthouse.net.punch.Loopback.PACING;
import static dev.posthouse.net.punch.Loopback.PATIENCE;
import static dev.posthouse.net.punch.Loopback.V4;
import static dev.posthouse.net.punch.Loopback.V6;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.dial.HappyEyeballs.Dialed;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class PunchSocketTest {

    @Test
    void dialsTheRelayFromThePortOnWhichItListens() throws Exception {
        try (ServerSocketChannel relay = Loopback.listener(V4);
                PunchSocket socket = Loopback.socket()) {
            Dialed connection = socket.dialRelay("the relay", List.of(Loopback.address(relay)), PATIENCE);

            try (SocketChannel accepted = relay.accept()) {
                assertThat(accepted.getRemoteAddress()).isEqualTo(Loopback.at(V4, socket.port()));
            }
            assertThat(connection.roundTrip()).isPositive().isLessThan(PATIENCE);
            assertThat(connection.stream().channel().isBlocking()).isTrue();
            connection.stream().close();
        }
    }

    @Test
    void dialsTheRelayOverIpv4First() throws Exception {
        try (ServerSocketChannel four = Loopback.listener(V4);
                ServerSocketChannel six = Loopback.listener(V6);
                PunchSocket socket = Loopback.socket()) {
            Dialed connection =
                    socket.dialRelay("the relay", List.of(Loopback.address(six), Loopback.address(four)), PATIENCE);

            assertThat(connection.stream().remoteAddress()).contains(Loopback.address(four));
            connection.stream().close();
        }
    }

    @Test
    void fallsBackToIpv6WhenIpv4Refuses() throws Exception {
        try (ServerSocketChannel six = Loopback.listener(V6);
                PunchSocket socket = Loopback.socket()) {
            Dialed connection =
                    socket.dialRelay("the relay", List.of(Loopback.refusing(V4), Loopback.address(six)), PATIENCE);

            assertThat(connection.stream().remoteAddress()).contains(Loopback.address(six));
            connection.stream().close();
        }
    }

    @Test
    void fallsBackToIpv6WhenIpv4IsSilent() throws Exception {
        try (Loopback.Silent four = Loopback.Silent.open(V4);
                ServerSocketChannel six = Loopback.listener(V6);
                PunchSocket socket = Loopback.socket()) {
            Dialed connection = socket.dialRelay("the relay", List.of(four.address(), Loopback.address(six)), PATIENCE);

            assertThat(connection.stream().remoteAddress()).contains(Loopback.address(six));
            connection.stream().close();
        }
    }

    @Test
    void aRelayThatRefusesEverywhereIsUnreachableWithEachReason() throws Exception {
        List<InetSocketAddress> refusing = List.of(Loopback.refusing(V4), Loopback.refusing(V6));
        try (PunchSocket socket = Loopback.socket()) {
            assertThatThrownBy(() -> socket.dialRelay("the relay", refusing, PATIENCE))
                    .isInstanceOf(PeerUnreachable.class)
                    .hasMessageContaining("127.0.0.1")
                    .hasMessageContaining("[::1]")
                    .hasMessageContaining("refused");
        }
    }

    @Test
    void aSilentRelayIsGivenUpWhenTheTimeIsUp() throws Exception {
        try (Loopback.Silent silent = Loopback.Silent.open(V4);
                PunchSocket socket = Loopback.socket()) {
            assertThatThrownBy(() -> socket.dialRelay("the relay", List.of(silent.address()), Duration.ofMillis(30)))
                    .isInstanceOf(TimedOut.class)
                    .hasMessageContaining("30 ms");
        }
    }

    @Test
    void closingOrInterruptingEndsADialOfTheRelay() throws Exception {
        try (Loopback.Silent silent = Loopback.Silent.open(V4)) {
            PunchSocket socket = Loopback.socket();
            var failure = new AtomicReference<Throwable>();
            Thread dialling = Thread.ofVirtual().start(() -> {
                try {
                    socket.dialRelay("the relay", List.of(silent.address()), PATIENCE);
                } catch (IOException e) {
                    failure.set(e);
                }
            });
            socket.close();
            dialling.join();
            assertThat(failure.get()).isInstanceOf(IOException.class).isNotInstanceOf(TimedOut.class);

            try (PunchSocket other = Loopback.socket()) {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> other.dialRelay("the relay", List.of(silent.address()), PATIENCE))
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(TimedOut.class);
                assertThat(Thread.interrupted()).isTrue();
            }
        }
    }

    @Test
    void aNameOrNothingIsNoRelay() throws Exception {
        try (PunchSocket socket = Loopback.socket()) {
            assertThatThrownBy(() -> socket.dialRelay("the relay", List.of(), PATIENCE))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> socket.dialRelay(
                            "the relay", List.of(InetSocketAddress.createUnresolved("relay.example", 80)), PATIENCE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("relay.example");
        }
    }

    @Test
    void closingLeavesNoDescriptorAndNoThread() throws Exception {
        Path descriptors = Path.of("/proc/self/fd");
        assumeThat(descriptors).exists();
        useAndClose();
        long before = count(descriptors);
        for (int i = 0; i < 10; i++) {
            useAndClose();
        }

        await().until(() -> count(descriptors) <= before);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(t -> t.getName().startsWith("punch-"));
    }

    private static long count(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.count();
        }
    }

    /** With attempts under way, connections that nobody took, and one that is held. */
    private static void useAndClose() throws Exception {
        try (Loopback.Silent silent = Loopback.Silent.open(V4);
                ServerSocketChannel peer = Loopback.listener(V4);
                PunchSocket socket = Loopback.socket();
                SocketChannel inbound = SocketChannel.open(Loopback.at(V4, socket.port()))) {
            Race race = socket.race(
                    List.of(silent.address(), Loopback.address(peer), Loopback.refusing(V4), Loopback.refusing(V6)),
                    PACING);
            race.next(PATIENCE).orElseThrow().stream().close();
            await().until(() -> race.attempts().stream()
                    .anyMatch(attempt -> attempt.outcome().startsWith("refused")));
            assertThat(inbound.isConnected()).isTrue();
        }
    }
}
