package dev.posthouse.rdv.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.rdv.server.RawPeer;
import dev.posthouse.rdv.server.ServerFixture;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A call that is given up, by an interrupt or by closing the client, ends with an {@link IOException} and leaves nothing
 * behind, at whatever instant that happens (spec 10.2 #16: the original panics when it is that of the 101).
 */
@ExtendWith(LeakCheck.class)
class CancellationTest {

    /** So many give the instants around the 101 a good share; {@code -Dposthouse.rounds=N} makes it more. */
    private static final int ROUNDS = Integer.getInteger("posthouse.rounds", 700);

    /** Long enough to come to the point at which it is to end a call, also on a busy machine. */
    private static final Duration LIMIT = Duration.ofSeconds(2);

    /** What an acceptor that has lost its relay waits for the dialer's word. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    enum How {
        INTERRUPT,
        CLOSE,
        TIMEOUT
    }

    private static RdvClient.Builder client() {
        return RdvClient.builder().spaces(RdvClientTest.LOOPBACK).picker(Picker.waitForDirect(Duration.ofHours(1)));
    }

    private static void give(How how, Background<?> call, RdvClient client) {
        switch (how) {
            case INTERRUPT -> call.interrupt();
            case CLOSE -> client.close();
            case TIMEOUT -> {}
        }
    }

    private static RdvClient.Builder client(How how, Duration limit) {
        return how == How.TIMEOUT ? client().timeout(limit) : client();
    }

    @ParameterizedTest
    @EnumSource(How.class)
    void callThatWaitsForThePeerEnds(How how) throws IOException {
        try (var server = ServerFixture.start();
                RdvClient client = client(how, LIMIT).build()) {
            var call = Background.start(() -> client.accept(server.uri(), "t"));
            Awaitility.await()
                    .until(() -> call.isDone()
                            || server.relay().services().admission().waiting() == 1);
            give(how, call, client);
            assertThat(call.failure()).isInstanceOf(IOException.class);
            Awaitility.await().until(() -> server.relay().connections() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(How.class)
    void dialerThatWaitsForADirectPathEnds(How how) throws IOException {
        try (var server = new FakeServer();
                RdvClient client = client(how, LIMIT).build()) {
            var call = Background.start(() -> client.dial(server.uri(), "t"));
            try (RawPeer relay = server.answer(FakeServer.meeting())) {
                if (how != How.TIMEOUT) {
                    call.awaitBlocked();
                }
                give(how, call, client);
                assertThat(call.failure()).isInstanceOf(IOException.class);
                assertEnds(relay);
            }
        }
    }

    /** If it waited for that, none of these tries could end within it; a busy machine may keep one or two from doing so. */
    @ParameterizedTest
    @EnumSource(
            value = How.class,
            names = {"INTERRUPT", "CLOSE"})
    void acceptorThatWaitsForTheDialersWordEndsWithoutAGrace(How how) throws IOException {
        Duration took = GRACE;
        for (int i = 0; i < 5 && took.compareTo(GRACE) >= 0; i++) {
            took = untilAnAcceptorEnds(how);
        }
        assertThat(took).isLessThan(GRACE);
    }

    @Test
    void acceptorThatWaitsForTheDialersWordEndsWhenItsTimeIsUp() throws IOException {
        assertThat(untilAnAcceptorEnds(How.TIMEOUT)).isPositive();
    }

    private static Duration untilAnAcceptorEnds(How how) throws IOException {
        try (var server = new FakeServer();
                RdvClient client = client(how, LIMIT).build()) {
            var call = Background.start(() -> client.accept(server.uri(), "t"));
            try (RawPeer relay = server.answer(FakeServer.meeting())) {
                if (how != How.TIMEOUT) {
                    call.awaitBlocked();
                }
                long before = System.nanoTime();
                give(how, call, client);
                assertThat(call.failure()).isInstanceOf(IOException.class);
                var took = Duration.ofNanos(System.nanoTime() - before);
                assertEnds(relay);
                return took;
            }
        }
    }

    /** Its end, not more of it: a reset is one, too. */
    private static void assertEnds(RawPeer relay) throws IOException {
        try {
            assertThat(relay.rest()).isIn("", "CONTINUE\n");
        } catch (dev.posthouse.net.TimedOut e) {
            throw new AssertionError("it was left open", e);
        } catch (IOException e) {
            // reset
        }
    }

    @ParameterizedTest
    @EnumSource(How.class)
    void callMayBeGivenUpAtAnyInstantAroundThe101(How how) throws IOException {
        long seed = System.nanoTime();
        System.out.println("cancellation seed " + seed);
        var random = new SplittableRandom(seed);
        int connected = 0;
        var server = new FakeServer();
        var serving = Background.run(() -> answerAll(server));
        for (int round = 0; round < ROUNDS; round++) {
            boolean dial = random.nextBoolean();
            long nanos = random.nextLong(6_000_000);
            RdvClient.Builder options = client(how, Duration.ofNanos(1 + nanos));
            RdvClient client = options.picker(
                            random.nextBoolean() ? Picker.first() : Picker.waitForDirect(Duration.ofHours(1)))
                    .relayOnTimeout(random.nextBoolean())
                    .build();
            var call = Background.start(() -> dial ? client.dial(server.uri(), "t") : client.accept(server.uri(), "t"));
            if (how != How.TIMEOUT) {
                long until = System.nanoTime() + nanos;
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
                give(how, call, client);
            }
            connected += ended(call, "seed " + seed + " round " + round);
            client.close();
        }
        server.close();
        assertThat(serving.failure()).isInstanceOf(IOException.class);
        assertThat(connected).isLessThan(ROUNDS);
    }

    /** Everybody meets a peer at once. An acceptor's word comes glued to its 101, so that giving up meets success, too. */
    private static void answerAll(FakeServer server) throws IOException {
        while (true) {
            RawPeer client = server.next();
            Thread.startVirtualThread(() -> {
                try (client) {
                    boolean acceptor = client.head().startsWith("ACCEPT");
                    client.send(FakeServer.meeting("127.0.0.1:9") + (acceptor ? "CONTINUE\n" : ""));
                    assertThat(client.rest()).isIn("", "CONTINUE\n");
                } catch (IOException e) {
                    // it gave up
                }
            });
        }
    }

    private static int ended(Background<StreamConnection> call, String as) throws IOException {
        StreamConnection connection;
        try {
            connection = call.result();
        } catch (AssertionError e) {
            assertThat(e.getCause()).as(as).isInstanceOf(IOException.class);
            return 0;
        }
        connection.close();
        return 1;
    }

    @Test
    void clientThatWasClosedCallsNobody() throws IOException {
        try (var server = new FakeServer()) {
            RdvClient client = client().build();
            client.close();
            var call = Background.start(() -> client.dial(server.uri(), "t"));
            assertThat(call.failure()).isInstanceOf(IOException.class).hasMessage("the client was closed");
        }
    }

    @Test
    void closingAClientLeavesItsConnectionsOpen() throws IOException {
        try (var server = ServerFixture.start()) {
            RdvClient one = client().build();
            RdvClient other = client().build();
            try (var pair = RdvClientTest.Pair.meet(one, other, server.uri())) {
                one.close();
                other.close();
                pair.dialer().stream().write(java.nio.ByteBuffer.wrap(new byte[] {1}));
                assertThat(pair.acceptor().stream().read(java.nio.ByteBuffer.allocate(1)))
                        .isEqualTo(1);
            }
        }
    }
}
