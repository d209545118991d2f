package dev.posthouse.rdv.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.Resolver;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.rdv.server.RawPeer;
import dev.posthouse.rdv.server.ServerFixture;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Names and time limits on the way to the relay, and who is blamed for what. */
@ExtendWith(LeakCheck.class)
class WayToRelayTest {

    /** Answers nobody. */
    static final Resolver SILENT = host -> {
        try {
            new CountDownLatch(1).await();
            return List.of();
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    };

    private static final Duration SHORT = Duration.ofMillis(1_500);

    private static RdvClient.Builder client() {
        return RdvClient.builder().spaces(AddressSpaces.NONE);
    }

    private static URI named(InetSocketAddress address) {
        return URI.create("http://my_relay:" + address.getPort());
    }

    private static Resolver knows(String name) {
        return host -> {
            assertThat(host).isEqualTo(name);
            return List.of(InetAddress.ofLiteral("127.0.0.1"));
        };
    }

    @Test
    void silentNameServerHoldsNobodyForLongerThanTheLimit() throws IOException {
        try (RdvClient client = client().resolver(SILENT).timeout(SHORT).build()) {
            assertThatThrownBy(() -> client.dial(URI.create("http://relay.example"), "t"))
                    .isInstanceOf(RelayUnreachable.class)
                    .hasMessage("the name relay.example was not resolved within 1500 ms");
        }
    }

    @Test
    void closingTheClientEndsTheWaitForAName() {
        RdvClient client = client().resolver(SILENT).build();
        var dialing = Background.start(() -> client.dial(URI.create("http://relay.example"), "t"))
                .awaitBlocked();
        client.close();
        assertThat(dialing.failure()).isInstanceOf(IOException.class);
    }

    @Test
    void interruptEndsTheWaitForAName() {
        try (RdvClient client = client().resolver(SILENT).build()) {
            var dialing = Background.start(() -> client.dial(URI.create("http://relay.example"), "t"))
                    .awaitBlocked();
            dialing.interrupt();
            assertThat(dialing.failure()).isInstanceOf(InterruptedIOException.class);
        }
    }

    @Test
    void nameThatOnlyTheResolverKnowsIsReached() throws IOException {
        try (var server = ServerFixture.start();
                RdvClient client = client().resolver(knows("my_relay")).build()) {
            var accepting = Background.start(() -> client.accept(named(server.address()), "t"));
            try (StreamConnection dialed = client.dial(named(server.address()), "t");
                    StreamConnection accepted = accepting.result()) {
                assertThat(dialed.route()).isEqualTo(accepted.route());
            }
        }
    }

    @Test
    void nameWithoutAddressIsTheRelaysFailure() {
        try (RdvClient client = client().resolver(host -> List.of()).build()) {
            assertThatThrownBy(() -> client.dial(URI.create("http://relay.example"), "t"))
                    .isInstanceOf(RelayUnreachable.class)
                    .hasMessageContaining("relay.example has no address");
        }
    }

    /** A peer that does not come is another failure than a relay that does not answer. */
    @Test
    void silentTlsHandshakeIsTheRelaysFailure() throws IOException {
        try (var server = new FakeServer();
                RdvClient client = client().timeout(SHORT).build()) {
            URI https = URI.create("https://127.0.0.1:" + server.address().getPort());
            var dialing = Background.start(() -> client.dial(https, "t"));
            try (RawPeer atServer = server.next()) {
                assertThat(dialing.failure())
                        .isInstanceOf(RelayUnreachable.class)
                        .hasMessageContaining("127.0.0.1:" + server.address().getPort())
                        .hasMessageContaining("within 1500 ms");
                assertThat(atServer.local()).isNotNull();
            }
        }
    }
}
