package dev.posthouse.offset.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The smallest use of the client, as the documentation shows it: listen, dial, a message each way. */
@ExtendWith(LeakCheck.class)
class ExampleTest {

    @Test
    void aMessageEachWay() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            Ed25519KeyPair alice = Ed25519KeyPair.generate();
            Ed25519KeyPair bob = Ed25519KeyPair.generate();

            var listening = Background.start(() -> listen(relay.address(), bob, alice.publicKey()));
            relay.awaitListeners(1);

            assertThat(dial(relay.address(), alice, bob.publicKey())).isEqualTo("hello, alice");
            assertThat(listening.result()).isEqualTo("hello, bob");
        }
    }

    private static String listen(RelayAddress relay, Ed25519KeyPair own, Ed25519PublicKey friend) throws IOException {
        try (OffsetClient client = OffsetClient.of(own);
                OffsetListener listener = client.listen(relay, AccessList.of(friend));
                OffsetConnection connection = listener.accept()) {
            ByteBuffer question = connection.messages().receive().orElseThrow();
            connection.messages().send(text("hello, alice"));
            return StandardCharsets.UTF_8.decode(question).toString();
        }
    }

    private static String dial(RelayAddress relay, Ed25519KeyPair own, Ed25519PublicKey friend) throws IOException {
        try (OffsetClient client = OffsetClient.of(own);
                OffsetConnection connection = client.dial(relay, friend)) {
            connection.messages().send(text("hello, bob"));
            ByteBuffer answer = connection.messages().receive().orElseThrow();
            return StandardCharsets.UTF_8.decode(answer).toString();
        }
    }

    private static ByteBuffer text(String text) {
        return StandardCharsets.UTF_8.encode(text);
    }
}
