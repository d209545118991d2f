package dev.posthouse.interop.offset;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.posthouse.testkit.ChildProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may happen at our relay (spec 7.3), with every client a process of the peer's. */
@LiveOffset
class EventsTest {

    private static LiveRelay relay;

    @TempDir
    static Path directory = Path.of("");

    @BeforeAll
    static void serve() throws IOException {
        relay = LiveRelay.start(Side.OURS, directory);
    }

    @AfterAll
    static void close() {
        relay.close();
    }

    private static Who who() throws IOException {
        return Who.in(directory);
    }

    private static Leg listening(Who me) throws IOException {
        Leg listener = Leg.listen(relay.meeting(), me);
        relay.awaitListening(me);
        return listener;
    }

    private void refusedFor(String reason) {
        relay.events().await("refused", e -> e.get("reason").getAsString().equals(reason));
    }

    @Test
    void aConnectToNobodyIsEnded() throws Exception {
        try (Leg connector = Leg.connect(relay.meeting(), who(), who())) {
            assertThat(connector.ends().get("error").getAsString()).isEqualTo("EOF");
            refusedFor("no-peer");
        }
    }

    @Test
    void aListenerRejects() throws Exception {
        Who d = who();
        try (ChildProcess listener =
                Clients.peer("listen", relay.meeting(), d, "--reject").start()) {
            relay.awaitListening(d, listener);
            for (int i = 1; i <= 2; i++) {
                Who c = who();
                try (Leg connector = Leg.connect(relay.meeting(), c, d)) {
                    assertThat(connector.ends().get("error").getAsString()).isEqualTo("EOF");
                    Events.out(listener)
                            .await("incoming", e -> e.get("peer").getAsString().equals(c.key()));
                }
            }
            assertThat(listener.isAlive()).isTrue();
        }
    }

    @Test
    void aListenerAdmitsWhomItKnowsAndRejectsOthers() throws Exception {
        Who d = who();
        Who friend = who();
        try (ChildProcess listener = Clients.peer(
                                "listen", relay.meeting(), d, "--allow", friend.key(), "--app", "echo")
                        .start();
                Leg stranger = strangerTo(d)) {
            Serving.echo(relay.meeting(), friend, d);
            stranger.ends();
            assertThat(listener.isAlive()).isTrue();
        }
    }

    private static Leg strangerTo(Who d) throws IOException {
        relay.awaitListening(d);
        return Leg.connect(relay.meeting(), who(), d);
    }

    @Test
    void anAcceptOfNobodyIsEnded() throws Exception {
        Who d = who();
        try (Leg listener = listening(d);
                Leg accept = Leg.accept(relay.meeting(), d, who())) {
            accept.ends();
            assertThat(listener.hasEnded()).isFalse();
        }
    }

    @Test
    void anAcceptByOneWhoDoesNotListenIsEnded() throws Exception {
        try (Leg accept = Leg.accept(relay.meeting(), who(), who())) {
            accept.ends();
        }
    }

    /** The original has the first win, and the listener that has moved wait for the death of its own old channel. */
    @Test
    void theNewestListenerOfAKeyWinsAndIsToldWhoWaits() throws Exception {
        Who d = who();
        Who c = who();
        try (Leg first = listening(d);
                Leg connector = Leg.connect(relay.meeting(), c, d)) {
            first.isCalled(1);
            try (Leg second = Leg.listen(relay.meeting(), d)) {
                second.isCalled(1);
                first.ends();
                try (Leg accept = Leg.accept(relay.meeting(), d, c)) {
                    accept.say("to the one who waited");
                    connector.hears("to the one who waited");
                }
                assertThat(second.hasEnded()).isFalse();
            }
        }
    }

    /** The original has the first win, and the connector that tries again wait for the end of its dead half tunnel. */
    @Test
    void theNewestConnectOfAPairWins() throws Exception {
        Who d = who();
        Who c = who();
        try (Leg listener = listening(d);
                Leg first = Leg.connect(relay.meeting(), c, d)) {
            listener.isCalled(1);
            try (Leg second = Leg.connect(relay.meeting(), c, d)) {
                first.ends();
                listener.isCalled(2);
                try (Leg accept = Leg.accept(relay.meeting(), d, c)) {
                    accept.say("hello");
                    second.hears("hello");
                }
            }
        }
    }

    @Test
    void aPairMayHaveTwoTunnels() throws Exception {
        Who d = who();
        Who c = who();
        try (Leg listener = listening(d);
                Leg connect1 = Leg.connect(relay.meeting(), c, d)) {
            listener.isCalled(1);
            try (Leg accept1 = Leg.accept(relay.meeting(), d, c)) {
                accept1.say("one");
                connect1.hears("one");
                try (Leg connect2 = Leg.connect(relay.meeting(), c, d)) {
                    listener.isCalled(2);
                    try (Leg accept2 = Leg.accept(relay.meeting(), d, c)) {
                        connect2.say("two");
                        accept2.hears("two");
                        connect1.say("still one");
                        accept1.hears("still one");
                    }
                }
            }
        }
    }

    @Test
    void aKeyMayConnectToItself() throws Exception {
        Who d = who();
        try (Leg listener = listening(d);
                Leg connector = Leg.connect(relay.meeting(), d, d)) {
            listener.isCalled(1);
            try (Leg accept = Leg.accept(relay.meeting(), d, d)) {
                connector.say("me");
                accept.hears("me");
            }
        }
    }

    @Test
    void whatAConnectorSendsBeforeTheJoinIsKept() throws Exception {
        Who d = who();
        Who c = who();
        try (Leg listener = listening(d);
                Leg connector =
                        Leg.connect(relay.meeting(), c, d, "--early", "40", "--chunk", "5000", "--seed", "77")) {
            connector.events().await("role_sent");
            listener.isCalled(1);
            try (Leg accept = Leg.accept(relay.meeting(), d, c)) {
                connector.say("and then");
                accept.hears("and then");
                connector.end();
                JsonObject received = accept.events().await("received");
                assertThat(received.get("bytes").getAsLong()).isEqualTo(200_000 + "and then".length());
                assertThat(received.get("sha256").getAsString()).isEqualTo(sha256(77, 200_000, "and then"));
            }
        }
    }

    /** The peer's seeded bytes: block i is SHA-256(u64 seed, u64 i). */
    private static String sha256(long seed, int length, String behind) throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        var bytes = new ByteArrayOutputStream();
        for (long block = 0; bytes.size() < length; block++) {
            bytes.writeBytes(sha256.digest(
                    ByteBuffer.allocate(16).putLong(seed).putLong(block).array()));
        }
        sha256.update(Arrays.copyOf(bytes.toByteArray(), length));
        return HexFormat.of().formatHex(sha256.digest(behind.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    @Test
    void aTunnelOutlivesItsListenersChannelAndTheWaitingDoNot() throws Exception {
        Who d = who();
        Who c = who();
        try (Leg listener = listening(d);
                Leg connector = Leg.connect(relay.meeting(), c, d)) {
            listener.isCalled(1);
            try (Leg accept = Leg.accept(relay.meeting(), d, c);
                    Leg waiting = Leg.connect(relay.meeting(), who(), d)) {
                accept.say("before");
                connector.hears("before");
                listener.isCalled(2);

                listener.process().kill();

                waiting.ends();
                accept.say("after");
                connector.hears("after");
                connector.say("back");
                accept.hears("back");
                try (Leg late = Leg.connect(relay.meeting(), who(), d)) {
                    late.ends();
                }
            }
        }
    }

    @Test
    void aDamagedMessageOnAListenChannelEndsIt() throws Exception {
        Who d = who();
        Who c = who();
        try (Leg listener = Leg.listen(relay.meeting(), d, "--lines")) {
            relay.awaitListening(d);
            try (Leg connector = Leg.connect(relay.meeting(), c, d)) {
                listener.isCalled(1);
                listener.say("no message at all");
                listener.ends();
                connector.ends();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theEndOfEitherSideEndsTheOther(boolean connectorEnds) throws Exception {
        Who d = who();
        Who c = who();
        try (Leg listener = listening(d);
                Leg connector = Leg.connect(relay.meeting(), c, d)) {
            listener.isCalled(1);
            try (Leg accept = Leg.accept(relay.meeting(), d, c)) {
                Leg one = connectorEnds ? connector : accept;
                Leg other = connectorEnds ? accept : connector;
                accept.say("hello");
                connector.hears("hello");
                one.say("last words");
                one.end();
                other.hears("last words");
                assertThat(other.ends().get("error").getAsString()).isEqualTo("EOF");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theDeathOfEitherSideEndsTheOther(boolean connectorDies) throws Exception {
        Who d = who();
        Who c = who();
        try (Leg listener = listening(d);
                Leg connector = Leg.connect(relay.meeting(), c, d)) {
            listener.isCalled(1);
            try (Leg accept = Leg.accept(relay.meeting(), d, c)) {
                accept.say("hello");
                connector.hears("hello");
                (connectorDies ? connector : accept).process().kill();
                (connectorDies ? accept : connector).ends();
            }
        }
    }

    /** The original does not notice, and joins the dead. */
    @Test
    void aConnectorThatGoesAwayBeforeItIsAcceptedIsForgotten() throws Exception {
        Who d = who();
        Who c = who();
        try (Leg listener = listening(d)) {
            try (Leg connector = Leg.connect(relay.meeting(), c, d)) {
                listener.isCalled(1);
                connector.process().kill();
            }
            relay.events()
                    .await(
                            "wait-ended",
                            e -> e.get("reason").getAsString().equals("peer-gone")
                                    && e.get("role").getAsString().equals("dialer"));
            try (Leg accept = Leg.accept(relay.meeting(), d, c)) {
                accept.ends();
            }
        }
    }

    /** Of 24 at once the original drops 9. */
    @Test
    void fiftyWhoCallAtOnceAreAllServed() throws Exception {
        Who d = who();
        try (ChildProcess listener =
                Clients.peer("listen", relay.meeting(), d, "--app", "echo").start()) {
            relay.awaitListening(d, listener);
            List<ChildProcess> connectors = new ArrayList<>();
            try {
                for (int i = 0; i < 50; i++) {
                    connectors.add(Serving.echoing(relay.meeting(), who(), d).start());
                }
                for (ChildProcess connector : connectors) {
                    Serving.returned(connector);
                }
                assertThat(Events.out(listener).all("tunnel")).hasSize(50);
            } finally {
                connectors.forEach(ChildProcess::close);
            }
        }
    }
}
