package dev.posthouse.rdv.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.connection.AddressScheme;
import dev.posthouse.net.connection.Listener;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.rdv.server.ServerFixture;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One acceptor after another under the same token. */
@ExtendWith(LeakCheck.class)
class RdvListenerTest {

    private static RdvClient client() {
        return RdvClient.builder().spaces(RdvClientTest.LOOPBACK).build();
    }

    private static void awaitWaiting(ServerFixture server, int count) {
        await().until(() -> server.relay().services().admission().waiting() == count);
    }

    @Test
    void peersAreAcceptedOneAfterAnother() throws IOException {
        try (var server = ServerFixture.start();
                RdvClient accepts = client();
                RdvClient dials = client();
                AddressSchemes schemes = new AddressSchemes(accepts, dials);
                Listener listener = schemes.accepts().listen(server.uri().toString(), Optional.of("t"))) {
            for (int i = 0; i < 3; i++) {
                var accepting = Background.start(listener::accept);
                try (StreamConnection dialed = schemes.dials().dial(server.uri().toString(), Optional.of("t"));
                        StreamConnection accepted = accepting.result()) {
                    dialed.stream().write(UTF_8.encode("number " + i));
                    ByteBuffer into = ByteBuffer.allocate(8);
                    while (into.hasRemaining()) {
                        assertThat(accepted.stream().read(into)).isPositive();
                    }
                    assertThat(UTF_8.decode(into.flip()).toString()).isEqualTo("number " + i);
                }
            }
        }
    }

    /** As the command line has them. */
    private record AddressSchemes(AddressScheme accepts, AddressScheme dials) implements AutoCloseable {
        AddressSchemes(RdvClient accepts, RdvClient dials) {
            this(new RdvScheme(accepts), new RdvScheme(dials));
        }

        @Override
        public void close() {
            accepts.close();
            dials.close();
        }
    }

    @Test
    void closingItEndsItsWaitAndNobodyElses() throws IOException {
        try (var server = ServerFixture.start();
                RdvClient client = client()) {
            RdvListener one = client.listen(server.uri(), "one");
            RdvListener other = client.listen(server.uri(), "other");
            var accepting = Background.start(one::accept);
            var going = Background.start(other::accept);
            awaitWaiting(server, 2);

            one.close();

            assertThat(accepting.failure())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the listener was closed");
            awaitWaiting(server, 1);
            assertThat(going.isDone()).isFalse();
            assertThatThrownBy(one::accept).isInstanceOf(IOException.class).hasMessage("the listener was closed");
            client.close();
            assertThat(going.failure()).isInstanceOf(IOException.class).hasMessageContaining("the client was closed");
            assertThatThrownBy(other::accept).isInstanceOf(IOException.class).hasMessage("the client was closed");
        }
    }

    @Test
    void whatIsMalformedIsSaidBeforeAnybodyWaits() {
        try (RdvClient client = client()) {
            assertThatThrownBy(() -> client.listen(URI.create("http://h"), ""))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.listen(URI.create("ftp://h"), "t"))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new RdvScheme(client).listen("http://h", Optional.empty()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("missing rdv token");
        }
    }
}
