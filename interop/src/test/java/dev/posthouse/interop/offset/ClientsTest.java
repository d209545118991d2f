package dev.posthouse.interop.offset;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.interop.process.Programs;
import dev.posthouse.net.MessageStream;
import dev.posthouse.offset.client.AccessList;
import dev.posthouse.offset.client.OffsetClient;
import dev.posthouse.offset.client.OffsetConnection;
import dev.posthouse.offset.client.OffsetListener;
import dev.posthouse.offset.client.RelayAddress;
import dev.posthouse.offset.identity.IdentityFile;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What happens to our clients, at either relay. */
@LiveOffset
class ClientsTest {

    @TempDir
    static Path directory = Path.of("");

    private static final Map<Side, LiveRelay> RELAYS = new EnumMap<>(Side.class);

    @BeforeAll
    static void serve() throws IOException {
        for (Side side : Side.values()) {
            RELAYS.put(side, LiveRelay.start(side, directory));
        }
    }

    @AfterAll
    static void close() {
        RELAYS.values().forEach(LiveRelay::close);
        RELAYS.clear();
    }

    private static LiveRelay relay(Side side) {
        return Objects.requireNonNull(RELAYS.get(side));
    }

    private static JsonObject fails(ChildProcess dialer) {
        assertThat(dialer.awaitExit()).as(dialer::everything).isNotZero();
        return Events.err(dialer).await("failed");
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void acceptWithoutAllowIsRefusedAtOnceSinceItCouldAdmitNobody(Side side) throws Exception {
        try (ChildProcess accept =
                Clients.accept(relay(side).meeting(), Who.in(directory)).start()) {
            assertThat(accept.awaitExit()).as(accept::everything).isEqualTo(2);
            assertThat(Events.err(accept).await("failed").get("error").getAsString())
                    .contains("add --allow");
        }
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void acceptRejectsStrangersAndTakesWhomItAllows(Side side) throws Exception {
        Who d = Who.in(directory);
        Who c = Who.withDash(directory);
        try (ChildProcess accept =
                Clients.accept(relay(side).meeting(), d, "--allow", c.key()).start()) {
            relay(side).awaitListening(d, accept);
            try (Leg stranger = Leg.connect(relay(side).meeting(), Who.in(directory), d)) {
                stranger.ends();
            }
            try (ChildProcess connector = Clients.peer(
                            "connect",
                            relay(side).meeting(),
                            c,
                            "--peer",
                            d.key(),
                            "--app",
                            "source",
                            "--bytes",
                            "12345")
                    .start()) {
                assertThat(accept.awaitExit()).as(accept::everything).isZero();
                assertThat(Events.err(accept).await("closed").get("received").getAsLong())
                        .isEqualTo(12345);
                assertThat(connector.awaitExit()).as(connector::everything).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void dialFailsIfNobodyListens(Side side) throws Exception {
        try (ChildProcess dialer = Clients.dial(
                        relay(side).meeting(), Who.in(directory), Who.in(directory), "--timeout", "20s")
                .start()) {
            fails(dialer);
        }
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void dialFailsIfItIsRejected(Side side) throws Exception {
        Who d = Who.in(directory);
        try (ChildProcess listener =
                Clients.peer("listen", relay(side).meeting(), d, "--reject").start()) {
            relay(side).awaitListening(d, listener);
            try (ChildProcess dialer = Clients.dial(relay(side).meeting(), Who.in(directory), d, "--timeout", "20s")
                    .start()) {
                fails(dialer);
            }
            Events.out(listener).await("incoming");
        }
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void dialTrustsNoOtherRelayThanTheOneOfItsAddress(Side side) throws Exception {
        Who impostor = Who.in(directory);
        Meeting wrong = new Meeting(relay(side).meeting().at(), impostor.key());
        try (ChildProcess dialer = Clients.dial(wrong, Who.in(directory), Who.in(directory), "--timeout", "20s")
                .start()) {
            assertThat(fails(dialer).get("reason").getAsString()).contains("auth");
        }
    }

    /** The relay says that one connects, and somebody else does. */
    @ParameterizedTest
    @EnumSource(Side.class)
    void dialTrustsNoOtherPeerThanTheOneOfItsAddress(Side side) throws Exception {
        Who d = Who.in(directory);
        Who c = Who.in(directory);
        LiveRelay relay = relay(side);
        try (Leg listener = Leg.listen(relay.meeting(), d)) {
            relay.awaitListening(d);
            try (ChildProcess dialer =
                    Clients.dial(relay.meeting(), c, d, "--timeout", "20s").start()) {
                listener.isCalled(1);
                try (Leg accept = Leg.accept(relay.meeting(), d, c)) {
                    accept.say("this is no handshake");
                    fails(dialer);
                }
            }
        }
    }

    /** What the application sends comes message by message, as the original's has it. */
    @ParameterizedTest
    @EnumSource(Side.class)
    void ourLibraryServesFiftyWhoConnectAtOnce(Side side) throws Exception {
        Who d = Who.in(directory);
        var access = new AccessList();
        access.allowAll();
        // The peer's relay has the original's queue of one: there a few at once are too many.
        int callers = side == Side.OURS ? 50 : 1;
        try (OffsetClient client = OffsetClient.of(d.identity());
                OffsetListener listener = client.listen(address(relay(side).meeting()), access)) {
            relay(side).awaitListening(d);
            Thread.ofVirtual().start(() -> echoAll(listener));
            List<ChildProcess> connectors = new ArrayList<>();
            try {
                for (int i = 0; i < callers; i++) {
                    connectors.add(Serving.echoing(relay(side).meeting(), Who.in(directory), d)
                            .start());
                }
                connectors.forEach(Serving::returned);
            } finally {
                connectors.forEach(ChildProcess::close);
            }
        }
    }

    private static RelayAddress address(Meeting meeting) {
        return RelayAddress.parse(Ed25519PublicKey.parse(meeting.key()), meeting.at());
    }

    private static void echoAll(OffsetListener listener) {
        try {
            while (true) {
                OffsetConnection connection = listener.accept();
                Thread.ofVirtual().start(() -> echo(connection));
            }
        } catch (IOException e) {
            // The listener was closed: the test is over.
        }
    }

    private static void echo(OffsetConnection connection) {
        try (connection) {
            MessageStream messages = connection.messages();
            Optional<ByteBuffer> message = messages.receive();
            while (message.isPresent()) {
                messages.send(message.get());
                message = messages.receive();
            }
        } catch (IOException e) {
            // Whoever connected does not get all of it back, and says so.
        }
    }

    @Test
    void bothReadTheIdentityFilesOfTheOther() throws Exception {
        Path ours = directory.resolve("ours.ident");
        Path peers = directory.resolve("peers.ident");
        try (ChildProcess keygen = ChildProcess.of(Programs.posthouse(List.of("keygen", ours.toString())))
                        .start();
                ChildProcess other = ChildProcess.of(
                                List.of(Programs.offsetpeer(), "keygen", "--out", peers.toString()))
                        .start()) {
            assertThat(keygen.awaitExit()).as(keygen::everything).isZero();
            assertThat(other.awaitExit()).as(other::everything).isZero();
            Who me = new Who(ours, IdentityFile.read(ours));
            assertThat(keygen.lines(ChildProcess.Output.OUT)).containsExactly(me.key());
            try (Leg leg = Leg.listen(relay(Side.OURS).meeting(), me);
                    ChildProcess show = ChildProcess.of(
                                    Programs.posthouse(List.of("keygen", "--show", peers.toString())))
                            .start()) {
                relay(Side.OURS).awaitListening(me);
                assertThat(leg.hasEnded()).isFalse();
                assertThat(show.awaitExit()).as(show::everything).isZero();
                assertThat(show.lines(ChildProcess.Output.OUT))
                        .containsExactly(Events.out(other)
                                .await("identity")
                                .get("public_key")
                                .getAsString());
            }
        }
    }
}
