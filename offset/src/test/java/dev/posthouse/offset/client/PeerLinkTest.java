package dev.posthouse.offset.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.Refused;
import dev.posthouse.offset.channel.ManualTicks;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One connection for a pair of peers (spec 8.4). */
@ExtendWith(LeakCheck.class)
class PeerLinkTest {

    private final ManualTicks ticks = new ManualTicks(Duration.ofSeconds(10));
    private RelayFixture relay;
    private Ed25519KeyPair listening;
    private Ed25519KeyPair connecting;
    private OffsetClient listener;
    private OffsetClient connector;

    @BeforeEach
    void start() throws IOException {
        relay = RelayFixture.start();
        Ed25519KeyPair one = Ed25519KeyPair.generate();
        Ed25519KeyPair two = Ed25519KeyPair.generate();
        boolean oneListens = Direction.of(one.publicKey(), two.publicKey()) == Direction.LISTEN;
        listening = oneListens ? one : two;
        connecting = oneListens ? two : one;
        listener = OffsetClient.of(listening);
        connector = OffsetClient.builder(connecting)
                .ticks(ticks)
                .randomness(PoolTest::longest)
                .build();
    }

    @AfterEach
    void close() {
        connector.close();
        listener.close();
        relay.close();
    }

    private PeerLink waiting() throws IOException {
        PeerLink link = listener.link(connecting.publicKey(), List.of(relay.address()));
        relay.awaitListeners(1);
        return link;
    }

    private PeerLink dialing() throws IOException {
        return connector.link(listening.publicKey(), List.of(relay.address()));
    }

    private static void assertJoined(OffsetConnection one, OffsetConnection other, String text) throws IOException {
        one.messages().send(UTF_8.encode(text));
        assertThat(other.messages().receive()).contains(UTF_8.encode(text));
    }

    @Test
    void oneDialsAndTheOtherWaits() throws IOException {
        PeerLink waits = waiting();
        PeerLink dials = dialing();
        assertThat(waits.direction()).isEqualTo(Direction.LISTEN);
        assertThat(dials.direction()).isEqualTo(Direction.CONNECT);

        OffsetConnection dialed = dials.next();
        OffsetConnection accepted = waits.next();

        assertThat(dialed.peer()).isEqualTo(listening.publicKey());
        assertJoined(dialed, accepted, "forth");
        assertJoined(accepted, dialed, "back");
        dialed.abort();
    }

    @Test
    void whatHasEndedIsDialledAnewAfterAPause() throws IOException {
        PeerLink waits = waiting();
        PeerLink dials = dialing();
        OffsetConnection firstDialed = dials.next();
        OffsetConnection firstAccepted = waits.next();
        // The leg, the tunnel, and the link's measure of its life.
        ticks.awaitRegistered(3);

        firstAccepted.close();
        firstDialed.close();
        // A short life: the pause, and nothing else any more.
        ticks.awaitRegistrations(4);
        ticks.awaitRegistered(1);
        ticks.tick(7);
        assertThat(ticks.registered()).isEqualTo(1);
        ticks.tick(1);

        OffsetConnection dialed = dials.next();
        assertJoined(dialed, waits.next(), "again");
        dialed.abort();
    }

    @Test
    void whatHasLivedLongIsDialledAnewAtOnce() throws IOException {
        PeerLink waits = waiting();
        PeerLink dials = dialing();
        OffsetConnection firstDialed = dials.next();
        OffsetConnection firstAccepted = waits.next();
        ticks.awaitRegistered(3);
        ticks.tick(BackOff.BASE);

        firstAccepted.close();
        firstDialed.close();

        OffsetConnection dialed = dials.next();
        assertJoined(dialed, waits.next(), "again");
        dialed.abort();
    }

    @Test
    void whoWaitsIsDialledWhenItComes() throws IOException {
        PeerLink dials = dialing();
        // The leg that found nobody is gone; the pause.
        ticks.awaitRegistrations(2);
        ticks.awaitRegistered(1);

        PeerLink waits = waiting();
        ticks.tick(BackOff.BASE);

        OffsetConnection dialed = dials.next();
        assertJoined(dialed, waits.next(), "late");
        dialed.abort();
    }

    @Test
    void theNewestConnectionOfAPeerWinsOnceItHasProvedToBeTheSame() throws IOException {
        PeerLink waits = waiting();
        try (OffsetClient restarted = OffsetClient.of(connecting)) {
            OffsetConnection before = connector.dial(relay.address(), listening.publicKey());
            OffsetConnection old = waits.next();
            assertJoined(before, old, "old");

            OffsetConnection after = restarted.dial(relay.address(), listening.publicKey());

            assertJoined(after, waits.next(), "new");
            assertThatThrownBy(() -> old.messages().receive()).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> before.messages().receive()).isInstanceOf(IOException.class);
            after.abort();
        }
    }

    @Test
    void aConnectionThatNobodyTookIsReplaced() throws IOException {
        PeerLink waits = waiting();
        OffsetConnection first = connector.dial(relay.address(), listening.publicKey());
        OffsetConnection second = connector.dial(relay.address(), listening.publicKey());
        assertThatThrownBy(() -> first.messages().receive()).isInstanceOf(IOException.class);

        assertJoined(second, waits.next(), "second");
        second.abort();
    }

    @Test
    void strangersAreRefusedAndDoNotDisturb() throws IOException {
        PeerLink waits = waiting();
        OffsetConnection dialed = connector.dial(relay.address(), listening.publicKey());
        OffsetConnection accepted = waits.next();
        try (OffsetClient stranger = OffsetClient.of(Ed25519KeyPair.generate())) {
            assertThatThrownBy(() -> stranger.dial(relay.address(), listening.publicKey()))
                    .isInstanceOf(Refused.class);
        }

        assertJoined(dialed, accepted, "undisturbed");
        dialed.abort();
    }

    @Test
    void theRelaysOfALinkChangeAndAreTriedAtOnce() throws IOException {
        try (RelayFixture second = RelayFixture.start()) {
            PeerLink waits = waiting();
            PeerLink dials = connector.link(listening.publicKey(), List.of());
            ticks.awaitRegistered(1);

            waits.relays(List.of(second.address()));
            second.awaitListeners(1);
            dials.relays(List.of(second.address()));

            OffsetConnection dialed = dials.next();
            assertThat(dialed.relay()).isEqualTo(second.address());
            assertJoined(dialed, waits.next(), "elsewhere");
            dialed.abort();
        }
    }

    @Test
    void closingALinkEndsItsWaitAndLeavesWhatWasTaken() throws IOException {
        PeerLink waits = waiting();
        PeerLink dials = dialing();
        OffsetConnection dialed = dials.next();
        OffsetConnection accepted = waits.next();
        var next = Background.start(dials::next).awaitBlocked();

        dials.close();
        dials.close();
        waits.close();

        assertThat(next.failure()).isInstanceOf(ClosedChannelException.class);
        assertJoined(dialed, accepted, "still there");
        assertThatThrownBy(() -> connector.dial(relay.address(), listening.publicKey()))
                .isInstanceOf(Refused.class);
        dialed.abort();
    }

    @Test
    void anInterruptEndsOneWait() throws IOException {
        PeerLink waits = waiting();
        var next = Background.start(waits::next).awaitBlocked();

        next.interrupt();

        assertThat(next.failure()).isInstanceOf(InterruptedIOException.class);
    }

    @Test
    void thereIsOneLinkWithAPeerAndNoneWithOneself() throws IOException {
        PeerLink link = waiting();

        assertThatThrownBy(() -> listener.link(connecting.publicKey(), List.of()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> listener.link(listening.publicKey(), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        link.close();
        assertThat(listener.link(connecting.publicKey(), List.of()).relays()).isEmpty();
    }

    @Test
    void linksShareAListenChannel() throws IOException {
        waiting();
        Ed25519KeyPair other = Ed25519KeyPair.generate();
        while (Direction.of(listening.publicKey(), other.publicKey()) != Direction.LISTEN) {
            other = Ed25519KeyPair.generate();
        }
        PeerLink second = listener.link(other.publicKey(), List.of(relay.address()));
        try (OffsetClient third = OffsetClient.of(other)) {
            OffsetConnection dialed = third.dial(relay.address(), listening.publicKey());

            OffsetConnection accepted = second.next();

            assertThat(accepted.peer()).isEqualTo(other.publicKey());
            assertThat(relay.listenersSoFar()).isEqualTo(1);
            dialed.abort();
        }
    }
}
