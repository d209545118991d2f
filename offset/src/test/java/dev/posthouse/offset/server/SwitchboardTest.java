package dev.posthouse.offset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.wire.IncomingConnection;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.meet.Directory;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ByteOracle;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every row of spec 7.3, as it is here: the newest wins, and who goes away is noticed. */
@ExtendWith(LeakCheck.class)
class SwitchboardTest {

    private static final Ed25519KeyPair C = Ed25519KeyPair.generate();
    private static final Ed25519KeyPair D = Ed25519KeyPair.generate();
    private static final Ed25519PublicKey TO_C = C.publicKey();
    private static final Ed25519PublicKey TO_D = D.publicKey();

    /** The original asks nobody whose identity it is. */
    @Test
    void clientsMayHaveTheRelaysOwnIdentity() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, RelayFixture.RELAY);
            TestClient.join(relay, RelayFixture.RELAY, RelayFixture.RELAY);
        }
    }

    @Test
    void listenConnectNoticeAcceptDataBothWaysAndTheEndIsPassedOn() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            assertThat(listener.caller()).isEqualTo(TO_C);
            TestClient acceptor = TestClient.acceptor(relay, D, TO_C);
            TestClient.assertJoined(connector, acceptor);
            TestClient.assertJoined(acceptor, connector);
            connector.close();
            acceptor.assertEnds();
            acceptor.close();
            RelayEvent.CircuitClosed closed = relay.awaitEvent(RelayEvent.CircuitClosed.class, 1);
            assertThat(closed.reason()).isEqualTo(Reason.COMPLETED);
            assertThat(closed.name()).isEqualTo(RelayFixture.tag(TO_D));
            assertThat(closed.dialerBytes()).isEqualTo("there".length() + "and back".length());
            assertThat(closed.acceptorBytes()).isEqualTo("there".length() + "and back".length());
            assertThat(relay.ends(Role.DIALER)).containsExactly(Reason.COMPLETED);
            assertThat(relay.ends(Role.ACCEPTOR)).isEmpty();
        }
    }

    /** As a listener may that was told of an older call of the pair. */
    @Test
    void whoIsAcceptedBeforeItsOwnThreadReadsAheadIsJoinedAllTheSame() throws IOException {
        var found = new CompletableFuture<Void>().orTimeout(20, TimeUnit.SECONDS);
        var joined = new CompletableFuture<Void>().orTimeout(20, TimeUnit.SECONDS);
        try (RelayFixture relay = RelayFixture.with()
                .announced(presence -> {
                    if (presence.role() == Role.DIALER) {
                        found.complete(null);
                        joined.join();
                    }
                })
                .start()) {
            TestClient.listener(relay, D);
            TestClient connector = TestClient.leg(relay, C);
            connector.want(new InitConnection.Connect(TestClient.octets(TO_D)));
            connector.send("early");
            found.join();
            TestClient acceptor = TestClient.acceptor(relay, D, TO_C);
            relay.awaitEvent(RelayEvent.CircuitOpened.class, 1);
            joined.complete(null);
            assertThat(acceptor.receiveText()).isEqualTo("early");
            TestClient.assertJoined(connector, acceptor);
        }
    }

    @Test
    void endOfTheAcceptingSideIsPassedOnToo() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            TestClient acceptor = TestClient.acceptor(relay, D, TO_C);
            acceptor.send("last");
            acceptor.close();
            assertThat(connector.receiveText()).isEqualTo("last");
            connector.assertEnds();
        }
    }

    @Test
    void messagesKeepTheirBordersAlsoEmptyOnes() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            TestClient acceptor = TestClient.acceptor(relay, D, TO_C);
            for (int size : new int[] {0, 1, 0, 0, 70_000, 1, 1 << 20}) {
                connector.messages().send(ByteBuffer.allocate(size));
                assertThat(acceptor.receive().orElseThrow().remaining()).isEqualTo(size);
            }
        }
    }

    @Test
    void newestListenerWinsAndIsToldOfWhoWaits() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient older = TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            connector.send("early");
            TestClient newer = TestClient.listener(relay, D);
            assertThat(older.caller()).isEqualTo(TO_C);
            older.assertEnds();
            assertThat(newer.caller()).isEqualTo(TO_C);
            assertThat(relay.ends(Role.ACCEPTOR)).containsExactly(Reason.REPLACED);
            assertThat(relay.ends(Role.DIALER)).isEmpty();
            TestClient acceptor = TestClient.acceptor(relay, D, TO_C);
            assertThat(acceptor.receiveText()).isEqualTo("early");
            TestClient.assertJoined(connector, acceptor);
        }
    }

    @Test
    void newerListenerMayRejectWhoCalledTheOlder() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            TestClient newer = TestClient.listener(relay, D);
            newer.reject(newer.caller());
            connector.assertEnds();
            assertThat(relay.awaitEnds(Role.DIALER, 1)).containsExactly(Reason.REJECTED);
        }
    }

    @Test
    void manyWhoWaitAreAllToldToTheNewerListener() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            Set<Ed25519PublicKey> waiting = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                Ed25519KeyPair caller = Ed25519KeyPair.generate();
                waiting.add(caller.publicKey());
                TestClient.connector(relay, caller, TO_D);
            }
            TestClient newer = TestClient.listener(relay, D);
            Set<Ed25519PublicKey> told = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                told.add(newer.caller());
            }
            assertThat(told).isEqualTo(waiting);
        }
    }

    @Test
    void connectToNobodyIsRefused() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient connector = TestClient.connector(relay, C, TO_D);
            connector.assertEnds();
            assertThat(relay.awaitRefusal(Reason.NO_PEER).detail()).contains("nobody listens");
            assertThat(relay.events(RelayEvent.WaitStarted.class)).isEmpty();
        }
    }

    @Test
    void newestConnectOfAPairWins() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient older = TestClient.connector(relay, C, TO_D);
            TestClient newer = TestClient.connector(relay, C, TO_D);
            older.assertEnds();
            assertThat(relay.ends(Role.DIALER)).containsExactly(Reason.REPLACED);
            assertThat(listener.caller()).isEqualTo(TO_C);
            assertThat(listener.caller()).isEqualTo(TO_C);
            TestClient acceptor = TestClient.acceptor(relay, D, TO_C);
            TestClient.assertJoined(newer, acceptor);
            // The listener's answer to the first notice finds nobody.
            TestClient again = TestClient.acceptor(relay, D, TO_C);
            again.assertEnds();
            assertThat(relay.awaitRefusal(Reason.NO_PEER).detail()).contains("does not wait");
            TestClient.assertJoined(acceptor, newer);
        }
    }

    /** Two calls of one pair cross: the older is held up before it is announced, or between that and telling the listener. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void newerOfTwoCallsThatCrossIsTheOneThatItsListenerAnswers(boolean beforeItIsAnnounced) throws IOException {
        var first = new AtomicBoolean(true);
        var held = new CompletableFuture<Void>().orTimeout(20, TimeUnit.SECONDS);
        var overtaken = new CompletableFuture<Void>().orTimeout(20, TimeUnit.SECONDS);
        Consumer<Directory.Presence> hold = presence -> {
            if (presence.role() == Role.DIALER && first.getAndSet(false)) {
                held.complete(null);
                overtaken.join();
            }
        };
        RelayFixture.Options options = RelayFixture.with();
        try (RelayFixture relay = (beforeItIsAnnounced ? options.announcing(hold) : options.announced(hold)).start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient older = TestClient.leg(relay, C);
            older.want(new InitConnection.Connect(TestClient.octets(TO_D)));
            held.join();
            TestClient newer = TestClient.connector(relay, C, TO_D);
            assertThat(listener.caller()).isEqualTo(TO_C);
            overtaken.complete(null);
            older.assertEnds();
            assertThat(relay.awaitEnds(Role.DIALER, 1)).containsExactly(Reason.REPLACED);

            listener.reject(TO_C);

            newer.assertEnds();
            assertThat(relay.awaitEnds(Role.DIALER, 2)).containsExactly(Reason.REPLACED, Reason.REJECTED);
        }
    }

    @Test
    void sameConnectorToSeveralListenersAndSeveralToOne() throws IOException {
        Ed25519KeyPair other = Ed25519KeyPair.generate();
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient otherListener = TestClient.listener(relay, other);
            TestClient toD = TestClient.connector(relay, C, TO_D);
            TestClient toOther = TestClient.connector(relay, C, other.publicKey());
            TestClient otherToD = TestClient.connector(relay, other, TO_D);
            assertThat(List.of(listener.caller(), listener.caller()))
                    .containsExactlyInAnyOrder(TO_C, other.publicKey());
            assertThat(otherListener.caller()).isEqualTo(TO_C);
            TestClient.assertJoined(toD, TestClient.acceptor(relay, D, TO_C));
            TestClient.assertJoined(toOther, TestClient.acceptor(relay, other, TO_C));
            TestClient.assertJoined(otherToD, TestClient.acceptor(relay, D, other.publicKey()));
            assertThat(relay.services().circuits().running()).hasSize(3);
        }
    }

    @Test
    void acceptWhileNobodyListensIsRefused() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.acceptor(relay, D, TO_C).assertEnds();
            assertThat(relay.awaitRefusal(Reason.NO_PEER).detail()).contains("does not wait");
        }
    }

    @Test
    void acceptOfSomebodyWhoDoesNotWaitIsRefused() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient.acceptor(relay, D, TO_C).assertEnds();
            relay.awaitRefusal(Reason.NO_PEER);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            assertThat(listener.caller()).isEqualTo(TO_C);
            TestClient.assertJoined(connector, TestClient.acceptor(relay, D, TO_C));
        }
    }

    @Test
    void onlyTheListenerItselfMayAccept() throws IOException {
        Ed25519KeyPair thief = Ed25519KeyPair.generate();
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            TestClient.listener(relay, thief);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            TestClient.acceptor(relay, thief, TO_C).assertEnds();
            TestClient.assertJoined(connector, TestClient.acceptor(relay, D, TO_C));
        }
    }

    @Test
    void rejectClosesTheConnector() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            listener.reject(listener.caller());
            connector.assertEnds();
            assertThat(relay.awaitEnds(Role.DIALER, 1)).containsExactly(Reason.REJECTED);
            TestClient.acceptor(relay, D, TO_C).assertEnds();
            // And it may come again.
            TestClient again = TestClient.connector(relay, C, TO_D);
            assertThat(listener.caller()).isEqualTo(TO_C);
            TestClient.assertJoined(again, TestClient.acceptor(relay, D, TO_C));
        }
    }

    @Test
    void rejectOfSomebodyWhoDoesNotWaitIsIgnored() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            listener.reject(TO_C);
            listener.reject(TO_D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            listener.awaitProcessed();
            assertThat(listener.caller()).isEqualTo(TO_C);
            TestClient.assertJoined(connector, TestClient.acceptor(relay, D, TO_C));
        }
    }

    @Test
    void rejectAfterTheAcceptDoesNotEndTheTunnel() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            TestClient acceptor = TestClient.acceptor(relay, D, TO_C);
            TestClient.assertJoined(connector, acceptor);
            listener.reject(TO_C);
            listener.awaitProcessed();
            TestClient.assertJoined(connector, acceptor);
        }
    }

    @Test
    void whatIsNoRejectionEndsTheListenChannel() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            assertThat(listener.caller()).isEqualTo(TO_C);
            listener.send("not a rejection");
            listener.assertEnds();
            connector.assertEnds();
            assertThat(relay.awaitEnds(Role.ACCEPTOR, 1)).containsExactly(Reason.PROTOCOL_ERROR);
            assertThat(relay.awaitEnds(Role.DIALER, 1)).containsExactly(Reason.NO_PEER);
        }
    }

    @Test
    void lostListenerTakesItsHalfTunnelsWithItAndRunningTunnelsGoOn() throws IOException {
        Ed25519KeyPair other = Ed25519KeyPair.generate();
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            TestClient acceptor = TestClient.acceptor(relay, D, TO_C);
            TestClient.assertJoined(connector, acceptor);
            TestClient waiting = TestClient.connector(relay, other, TO_D);
            listener.abort();
            waiting.assertEnds();
            assertThat(relay.awaitEnds(Role.ACCEPTOR, 1)).containsExactly(Reason.PEER_GONE);
            assertThat(relay.awaitEnds(Role.DIALER, 2)).containsExactly(Reason.COMPLETED, Reason.NO_PEER);
            TestClient.assertJoined(connector, acceptor);
            TestClient late = TestClient.connector(relay, other, TO_D);
            late.assertEnds();
            relay.awaitRefusal(Reason.NO_PEER);
            TestClient.assertJoined(acceptor, connector);
        }
    }

    @Test
    void halfTunnelEndsWhenItsTicksHavePassed() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            relay.ticks().tick(16);
            // Both live on meanwhile, which the relay learns of by whatever they say.
            connector.send("early");
            connector.awaitProcessed();
            listener.reject(TO_D);
            listener.awaitProcessed();
            relay.ticks().tick(15);
            assertThat(relay.ends(Role.DIALER)).isEmpty();
            relay.ticks().tick();
            connector.assertEnds();
            assertThat(relay.awaitEnds(Role.DIALER, 1)).containsExactly(Reason.NO_PEER);
            TestClient.acceptor(relay, D, TO_C).assertEnds();
            relay.awaitRefusal(Reason.NO_PEER);
            assertThat(relay.ends(Role.ACCEPTOR)).isEmpty();
        }
    }

    @Test
    void joinedTunnelHasNoSuchTicks() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            TestClient acceptor = TestClient.acceptor(relay, D, TO_C);
            for (int i = 0; i < 5; i++) {
                TestClient.assertJoined(connector, acceptor);
                // So that the relay waits for both again, and counts.
                connector.awaitProcessed();
                acceptor.awaitProcessed();
                relay.ticks().tick(31);
            }
            TestClient.assertJoined(connector, acceptor);
        }
    }

    /** Its host has vanished, or its relay of ours would hear of it: what is on its way to it must not keep the circuit. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEndThatFallsSilentIsGivenUpThoughWhatIsWrittenToItIsBlocked(boolean connectorSends) throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            TestClient.Tunnel tunnel = TestClient.join(relay, C, D);
            TestClient source = connectorSends ? tunnel.connector() : tunnel.acceptor();
            TestClient silent = connectorSends ? tunnel.acceptor() : tunnel.connector();
            var sending = Background.run(() -> {
                while (true) {
                    source.messages().send(ByteBuffer.allocate(100_000));
                }
            });
            relay.awaitStalled(source, silent);

            relay.ticks().tick(33);

            RelayEvent.CircuitClosed closed = relay.awaitEvent(RelayEvent.CircuitClosed.class, 1);
            assertThat(closed.reason()).isEqualTo(Reason.PEER_RESET);
            assertThat(closed.error().orElse("")).contains("the client was silent for 160 s");
            assertThat(sending.failure()).isInstanceOf(IOException.class);
        }
    }

    /** The protocol has no word for it: both ends see a close, and the relay's log says why. */
    @Test
    void aMessageThatIsTooLongEndsItsTunnelAndTheEventNamesBothLengths() throws IOException {
        var small = new ChannelSettings(8, 32, 3600, 255, 200 * 1024);
        try (RelayFixture relay = RelayFixture.with().settings(small).start()) {
            TestClient.listener(relay, D);
            TestClient.Tunnel tunnel = TestClient.join(relay, C, D);

            // Whether the relay lets it be written to the end is a matter of chance: it goes by the length in front.
            var sending = Background.run(() -> tunnel.connector()
                    .messages()
                    .send(ByteBuffer.wrap(ByteOracle.of(1).bytes(0, 300_000))));

            RelayEvent.CircuitClosed closed = relay.awaitEvent(RelayEvent.CircuitClosed.class, 1);
            assertThat(closed.error().orElse("")).containsPattern("a frame has at most 204800 bytes, not \\d+");
            tunnel.connector().assertEnds();
            tunnel.acceptor().assertEnds();
            RelayFixture.await().until(sending::isDone);
        }
    }

    @Test
    void silentEndsOfATunnelAreGivenUpByTheirKeepalive() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            TestClient acceptor = TestClient.acceptor(relay, D, TO_C);
            TestClient.assertJoined(connector, acceptor);
            connector.awaitProcessed();
            acceptor.awaitProcessed();
            relay.ticks().tick(33);
            RelayEvent.CircuitClosed closed = relay.awaitEvent(RelayEvent.CircuitClosed.class, 1);
            assertThat(closed.reason()).isEqualTo(Reason.PEER_RESET);
            assertThat(closed.error().orElse("")).contains("the client was silent for 160 s");
        }
    }

    @Test
    void silentListenerIsGivenUpByItsKeepalive() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            relay.ticks().tick(32);
            assertThat(relay.awaitEnds(Role.ACCEPTOR, 1)).containsExactly(Reason.PEER_GONE);
        }
    }

    @Test
    void listenerThatSaysNothingButKeepalivesStays() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            for (int i = 0; i < 5; i++) {
                long before = listener.stream().written();
                relay.clientTicks().tick(16);
                RelayFixture.await().until(() -> listener.stream().written() > before);
                listener.awaitProcessed();
                relay.ticks().tick(16);
            }
            assertThat(relay.ends(Role.ACCEPTOR)).isEmpty();
        }
    }

    @Test
    void connectorThatGoesAwayWhileItWaitsIsNoticed() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            connector.send("early");
            connector.awaitProcessed();
            connector.close();
            assertThat(relay.awaitEnds(Role.DIALER, 1)).containsExactly(Reason.PEER_GONE);
            assertThat(listener.caller()).isEqualTo(TO_C);
            TestClient.acceptor(relay, D, TO_C).assertEnds();
            assertThat(relay.awaitRefusal(Reason.NO_PEER).detail()).contains("does not wait");
        }
    }

    @Test
    void connectorThatBreaksTheProtocolWhileItWaitsIsNoticed() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            connector.stream().write(ByteBuffer.allocate(9).putLong(0, 1));
            assertThat(relay.awaitEnds(Role.DIALER, 1)).containsExactly(Reason.PROTOCOL_ERROR);
        }
    }

    @Test
    void whatWasSentEarlyIsKeptInOrderWithItsBorders() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            for (int i = 0; i < 100; i++) {
                connector.send("early " + i);
            }
            connector.awaitProcessed();
            connector.messages().send(ByteBuffer.allocate(0));
            TestClient acceptor = TestClient.acceptor(relay, D, TO_C);
            for (int i = 0; i < 100; i++) {
                assertThat(acceptor.receiveText()).isEqualTo("early " + i);
            }
            assertThat(acceptor.receive().orElseThrow().remaining()).isZero();
            TestClient.assertJoined(connector, acceptor);
        }
    }

    @Test
    void moreThanTheRelayKeepsWaitsInTheConnection() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            int count = 60;
            var sending = Background.run(() -> {
                for (int i = 0; i < count; i++) {
                    byte[] message = new byte[1 << 20];
                    new java.util.SplittableRandom(i).nextBytes(message);
                    connector.messages().send(ByteBuffer.wrap(message));
                }
            });
            // Sixty megabytes are more than the relay keeps and sockets hold.
            sending.awaitBlocked();
            assertThat(listener.caller()).isEqualTo(TO_C);
            TestClient acceptor = TestClient.acceptor(relay, D, TO_C);
            for (int i = 0; i < count; i++) {
                byte[] message = new byte[1 << 20];
                new java.util.SplittableRandom(i).nextBytes(message);
                assertThat(acceptor.receive()).contains(ByteBuffer.wrap(message));
            }
            sending.result();
            TestClient.assertJoined(connector, acceptor);
        }
    }

    @Test
    void oneMayCallItself() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, D, TO_D);
            assertThat(listener.caller()).isEqualTo(TO_D);
            TestClient.assertJoined(connector, TestClient.acceptor(relay, D, TO_D));
        }
    }

    @Test
    void secondConnectWhileATunnelRunsMakesASecondTunnel() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient first = TestClient.connector(relay, C, TO_D);
            TestClient firstAcceptor = TestClient.acceptor(relay, D, TO_C);
            TestClient.assertJoined(first, firstAcceptor);
            TestClient second = TestClient.connector(relay, C, TO_D);
            TestClient secondAcceptor = TestClient.acceptor(relay, D, TO_C);
            TestClient.assertJoined(second, secondAcceptor);
            TestClient.assertJoined(first, firstAcceptor);
            assertThat(listener.caller()).isEqualTo(TO_C);
            assertThat(listener.caller()).isEqualTo(TO_C);
        }
    }

    // ---- admission

    @Test
    void whoMayNotIsSentAway() throws IOException {
        try (RelayFixture relay = RelayFixture.with()
                .authoriser((client, from) -> from.isLoopbackAddress() && !client.equals(TO_C))
                .start()) {
            TestClient.listener(relay, D);
            TestClient refused = TestClient.leg(relay, C);
            refused.assertEnds();
            assertThat(relay.awaitRefusal(Reason.UNAUTHORIZED).dialect()).contains("offset");
        }
    }

    @Test
    void placesToWaitAreLimitedForEachAddressAndComeBack() throws IOException {
        Limits limits = Limits.builder().waitingPerAddress(2).build();
        try (RelayFixture relay = RelayFixture.with().limits(limits).start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            TestClient third = TestClient.connector(relay, Ed25519KeyPair.generate(), TO_D);
            third.assertEnds();
            relay.awaitRefusal(Reason.LIMIT_PEER);
            listener.reject(listener.caller());
            connector.assertEnds();
            TestClient again = TestClient.connector(relay, C, TO_D);
            assertThat(listener.caller()).isEqualTo(TO_C);
            TestClient.assertJoined(again, TestClient.acceptor(relay, D, TO_C));
        }
    }

    @Test
    void placesToWaitAreLimitedForEachKey() throws IOException {
        Limits limits = Limits.builder().waitingPerKey(1).build();
        Ed25519KeyPair other = Ed25519KeyPair.generate();
        try (RelayFixture relay = RelayFixture.with().limits(limits).start()) {
            TestClient.listener(relay, D);
            TestClient.listener(relay, other);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            TestClient.connector(relay, C, other.publicKey()).assertEnds();
            relay.awaitRefusal(Reason.LIMIT_PEER);
            TestClient.assertJoined(connector, TestClient.acceptor(relay, D, TO_C));
        }
    }

    @Test
    void circuitsAreLimitedAndBothEndsAreToldByTheirEnd() throws IOException {
        Limits limits = Limits.builder().circuitsInAll(1).build();
        Ed25519KeyPair other = Ed25519KeyPair.generate();
        try (RelayFixture relay = RelayFixture.with().limits(limits).start()) {
            TestClient.listener(relay, D);
            TestClient first = TestClient.connector(relay, C, TO_D);
            TestClient firstAcceptor = TestClient.acceptor(relay, D, TO_C);
            TestClient.assertJoined(first, firstAcceptor);
            TestClient second = TestClient.connector(relay, other, TO_D);
            TestClient secondAcceptor = TestClient.acceptor(relay, D, other.publicKey());
            second.assertEnds();
            secondAcceptor.assertEnds();
            assertThat(relay.awaitEvent(RelayEvent.NotRelayed.class, 1).reason())
                    .isEqualTo(Reason.LIMIT_TOTAL);
            TestClient.assertJoined(first, firstAcceptor);
        }
    }

    // ---- going down

    @Test
    void drainSendsAwayWhoWaitsAndWhoComesAndTunnelsGoOn() throws Exception {
        Ed25519KeyPair other = Ed25519KeyPair.generate();
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, TO_D);
            TestClient acceptor = TestClient.acceptor(relay, D, TO_C);
            TestClient.assertJoined(connector, acceptor);
            TestClient waiting = TestClient.connector(relay, other, TO_D);
            TestClient undecided = TestClient.leg(relay, other);
            assertThat(relay.relay().drain(Duration.ofMillis(1))).isFalse();
            waiting.assertEnds();
            assertThat(listener.caller()).isEqualTo(TO_C);
            assertThat(listener.caller()).isEqualTo(other.publicKey());
            listener.assertEnds();
            assertThat(relay.awaitEnds(Role.ACCEPTOR, 1)).containsExactly(Reason.SHUTDOWN);
            assertThat(relay.awaitEnds(Role.DIALER, 2)).containsExactly(Reason.COMPLETED, Reason.SHUTDOWN);
            undecided.want(new dev.posthouse.offset.wire.InitConnection.Listen());
            undecided.assertEnds();
            assertThat(relay.awaitEnds(Role.ACCEPTOR, 2)).containsExactly(Reason.SHUTDOWN, Reason.SHUTDOWN);
            TestClient.assertJoined(connector, acceptor);
            connector.close();
            acceptor.assertEnds();
            acceptor.close();
            assertThat(relay.relay().drain(Duration.ofSeconds(20))).isTrue();
        }
    }

    @Test
    void closeEndsEverybody() throws IOException {
        RelayFixture relay = RelayFixture.start();
        List<TestClient> all = new ArrayList<>();
        all.add(TestClient.listener(relay, D));
        TestClient connector = TestClient.connector(relay, C, TO_D);
        TestClient acceptor = TestClient.acceptor(relay, D, TO_C);
        TestClient.assertJoined(connector, acceptor);
        assertThat(all.getFirst().caller()).isEqualTo(TO_C);
        all.add(connector);
        all.add(acceptor);
        Ed25519KeyPair other = Ed25519KeyPair.generate();
        all.add(TestClient.connector(relay, other, TO_D));
        assertThat(Ed25519PublicKey.of(
                        IncomingConnection.decode(all.getFirst().receive().orElseThrow())
                                .publicKey()
                                .bytes()))
                .isEqualTo(other.publicKey());
        all.add(TestClient.leg(relay, Ed25519KeyPair.generate()));
        relay.relay().close();
        all.forEach(TestClient::assertEnds);
        all.forEach(TestClient::abort);
        relay.assertNobodyIsLeft();
        relay.assertEventsBalance();
        assertThat(relay.ends(Role.ACCEPTOR)).containsExactly(Reason.SHUTDOWN);
        assertThat(relay.ends(Role.DIALER)).containsExactlyInAnyOrder(Reason.COMPLETED, Reason.SHUTDOWN);
        relay.closeUnchecked();
    }
}
