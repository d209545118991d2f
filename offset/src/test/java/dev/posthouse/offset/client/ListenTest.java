package dev.posthouse.offset.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.channel.ManualTicks;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.Octets;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The listener's part at one relay (spec 8.2). */
@ExtendWith(LeakCheck.class)
class ListenTest {

    private final Ed25519KeyPair own = Ed25519KeyPair.generate();
    private final Ed25519KeyPair friend = Ed25519KeyPair.generate();
    private final Ed25519KeyPair stranger = Ed25519KeyPair.generate();
    private final AccessList access = AccessList.of(friend.publicKey());
    private ScriptedRelay relay;
    private OffsetClient client;
    private OffsetListener listener;
    private ScriptedRelay.Visitor channel;

    @BeforeEach
    void listen() throws IOException {
        relay = ScriptedRelay.start();
        client = OffsetClient.builder(own)
                .ticks(new ManualTicks(Duration.ofSeconds(10)))
                .build();
        listenAgain();
    }

    private void listenAgain() throws IOException {
        var opening = Background.start(() -> client.listen(relay.address(), access));
        channel = relay.greet();
        listener = opening.result();
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
        client.close();
        relay.close();
    }

    /** The connection that the listener makes for a caller, seen from the relay. */
    private ScriptedRelay.Visitor acceptFor(Ed25519KeyPair caller) throws IOException {
        channel.announce(caller.publicKey());
        ScriptedRelay.Visitor visitor = relay.greet();
        assertThat(visitor.said())
                .isEqualTo(
                        new InitConnection.Accept(Octets.of(caller.publicKey().bytes())));
        return visitor;
    }

    private static ByteBuffer text(String text) {
        return UTF_8.encode(text);
    }

    @Test
    void aListenerSaysWhatItIs() {
        assertThat(channel.said()).isEqualTo(new InitConnection.Listen());
        assertThat(channel.key()).isEqualTo(own.publicKey());
        assertThat(listener.states()).hasSize(1).first().satisfies(state -> {
            assertThat(state.relay()).isEqualTo(relay.address());
            assertThat(state.listening()).isTrue();
            assertThat(state.failure()).isEmpty();
        });
    }

    @Test
    void whoIsAllowedIsAcceptedOnAConnectionOfItsOwn() throws IOException {
        KeepAlive far = acceptFor(friend).joinAs(friend);

        OffsetConnection connection = listener.accept();
        connection.messages().send(text("welcome"));

        assertThat(connection.peer()).isEqualTo(friend.publicKey());
        assertThat(far.receive()).contains(text("welcome"));
        connection.abort();
    }

    @Test
    void whoIsNotAllowedIsRejected() throws IOException {
        channel.announce(stranger.publicKey());

        assertThat(channel.rejected()).isEqualTo(stranger.publicKey());
    }

    @Test
    void accessChangesWhileTheListenerRuns() throws IOException {
        access.allow(stranger.publicKey());
        KeepAlive far = acceptFor(stranger).joinAs(stranger);
        OffsetConnection connection = listener.accept();

        access.deny(stranger.publicKey());
        channel.announce(stranger.publicKey());

        assertThat(channel.rejected()).isEqualTo(stranger.publicKey());
        far.send(text("still there"));
        assertThat(connection.messages().receive()).contains(text("still there"));
        connection.abort();
    }

    @Test
    void severalAreAcceptedAtTheSameTime() throws IOException {
        access.allowAll();
        ScriptedRelay.Visitor first = acceptFor(friend);
        ScriptedRelay.Visitor second = acceptFor(stranger);

        second.joinAs(stranger);
        assertThat(listener.accept().peer()).isEqualTo(stranger.publicKey());
        first.joinAs(friend);
        assertThat(listener.accept().peer()).isEqualTo(friend.publicKey());
        relay.close();
    }

    @Test
    void aCallerForWhomTheRelayCannotBeReachedIsRejected() throws IOException {
        relay.stopListening();
        channel.announce(friend.publicKey());

        assertThat(channel.rejected()).isEqualTo(friend.publicKey());
    }

    @Test
    void aCallerForWhomTheRelayDoesNotAnswerInEightTicksIsRejected() throws IOException {
        listener.close();
        client.close();
        client = OffsetClient.builder(own)
                .ticks(new ManualTicks(Duration.ofMillis(200)))
                .build();
        listenAgain();

        channel.announce(friend.publicKey());
        relay.accept();

        assertThat(channel.rejected()).isEqualTo(friend.publicKey());
    }

    @Test
    void aTunnelThatFailsIsNotRejected() throws IOException {
        ScriptedRelay.Visitor visitor = acceptFor(friend);
        var impostor = Background.start(() -> visitor.joinAs(stranger));
        assertThat(impostor.failure()).isInstanceOf(IOException.class);

        // A newer request of the same peer may wait at the relay: nothing was said that would end it.
        channel.announce(stranger.publicKey());
        assertThat(channel.rejected()).isEqualTo(stranger.publicKey());
    }

    @Test
    void whoFindsNoRoomIsRejected() throws IOException {
        access.allowAll();
        int room = Intake.MOST_AT_ONCE + Intake.LONGEST_QUEUE;
        List<Ed25519PublicKey> callers = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < room + 3; i++) {
            byte[] key = new byte[Ed25519PublicKey.LENGTH];
            random.nextBytes(key);
            callers.add(Ed25519PublicKey.of(key));
        }

        // Nobody answers the connections that are made for them.
        var announcing = Background.run(() -> {
            for (Ed25519PublicKey caller : callers) {
                channel.announce(caller);
            }
        });

        for (Ed25519PublicKey caller : callers.subList(room, room + 3)) {
            assertThat(channel.rejected()).isEqualTo(caller);
        }
        announcing.result();
    }

    @Test
    void theEndOfTheChannelIsReportedWhenWhatWasBegunIsFinished() throws IOException {
        ScriptedRelay.Visitor visitor = acceptFor(friend);
        channel.channel().close();
        var accepting = Background.start(listener::accept).awaitBlocked();

        visitor.joinAs(friend);

        assertThat(accepting.result().peer()).isEqualTo(friend.publicKey());
        assertThatThrownBy(listener::accept)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed the listen channel");
        assertThat(listener.states().getFirst().listening()).isFalse();
        relay.close();
    }

    @Test
    void anUndecodableMessageEndsTheListener() throws IOException {
        channel.channel().send(ByteBuffer.allocate(3));

        assertThatThrownBy(listener::accept).isInstanceOf(IOException.class).hasMessageContaining("IncomingConnection");
    }

    @Test
    void aRelayThatIsNotThereIsReportedAtOnce() throws IOException {
        relay.stopListening();

        assertThatThrownBy(() -> client.listen(relay.address(), access)).isInstanceOf(RelayUnreachable.class);
    }

    @Test
    void closingEndsAWaitAndSendsAwayWhoWasNotTaken() throws IOException {
        KeepAlive far = acceptFor(friend).joinAs(friend);
        far.send(text("unread"));
        ScriptedRelay.Visitor second = acceptFor(friend);

        listener.close();
        listener.close();

        assertThatThrownBy(listener::accept).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(far::receive).isInstanceOf(IOException.class);
        assertThat(Background.start(() -> second.joinAs(friend)).failure()).isInstanceOf(IOException.class);
        assertThat(channel.channel().receive()).isEmpty();
    }

    @Test
    void closingEndsABlockedAccept() {
        var accepting = Background.start(listener::accept).awaitBlocked();

        client.close();

        assertThat(accepting.failure()).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void anInterruptEndsOneWaitAndNothingElse() throws IOException {
        var accepting = Background.start(listener::accept).awaitBlocked();
        accepting.interrupt();
        assertThat(accepting.failure()).isInstanceOf(InterruptedIOException.class);

        acceptFor(friend).joinAs(friend);
        assertThat(listener.accept().peer()).isEqualTo(friend.publicKey());
        relay.close();
    }

    @Test
    void aListenerAtOneRelayStaysThere() {
        assertThatThrownBy(() -> listener.relays(List.of())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aNewerListenerOfTheSameIdentityEndsTheOlderAtOurRelay() throws IOException {
        try (RelayFixture real = RelayFixture.start();
                OffsetListener older = client.listen(real.address(), access)) {
            real.awaitListeners(1);
            try (OffsetListener newer = client.listen(real.address(), access)) {
                assertThatThrownBy(older::accept)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("another");
                assertThat(newer.states().getFirst().listening()).isTrue();
            }
        }
    }
}
