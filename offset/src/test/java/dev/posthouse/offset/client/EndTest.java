package dev.posthouse.offset.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.acknowledged.AbortReason;
import dev.posthouse.net.connection.MessageConnection;
import dev.posthouse.offset.channel.ManualTicks;
import dev.posthouse.offset.wire.ExchangeRandNonce;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ByteOracle;
import dev.posthouse.testkit.LeakCheck;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How tunnels end: what was sent arrives, and what was cut is known to be. */
@ExtendWith(LeakCheck.class)
class EndTest {

    /** What one transfer has, by default somewhat more than the relay holds; {@code -Dposthouse.offset.megabytes=64} for a soak. */
    private static final int MUCH = Integer.getInteger("posthouse.offset.megabytes", 8) << 20;

    private static final int OFTEN = 20;

    private RelayFixture relay;
    private Pair pair;

    @BeforeEach
    void start() throws IOException {
        relay = RelayFixture.start();
        pair = Pair.at(relay);
    }

    @AfterEach
    void close() {
        pair.close();
        relay.close();
    }

    private void restartWith(OffsetClient.Builder dialer, OffsetClient.Builder acceptor) throws IOException {
        pair.close();
        pair = Pair.at(relay, dialer, acceptor);
    }

    private static OffsetClient.Builder client(boolean ours) {
        OffsetClient.Builder builder = OffsetClient.builder(Ed25519KeyPair.generate());
        return ours ? builder : builder.extensions(0);
    }

    /** One that speaks no acknowledged stream, as ours did before. */
    private static OffsetClient.Builder halfClosing(boolean ours) {
        return client(ours).extensions(ours ? ExchangeRandNonce.HALF_CLOSE : 0);
    }

    private static void write(ByteStream stream, String text) throws IOException {
        stream.write(UTF_8.encode(text));
    }

    /** Everything up to the end. */
    private static String readAll(ByteStream stream) throws IOException {
        StringBuilder all = new StringBuilder();
        ByteBuffer into = ByteBuffer.allocate(100);
        while (stream.read(into.clear()) >= 0) {
            all.append(UTF_8.decode(into.flip()));
        }
        return all.toString();
    }

    /** The sink talks all the time, sends keepalives, too, and the source reads nothing of it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Timeout(value = 10, unit = TimeUnit.MINUTES) // for a soak
    void aSourceThatClosesAtOnceLosesNothing(boolean ours) throws IOException {
        for (int run = 0; run < OFTEN; run++) {
            ManualTicks sinksTicks = new ManualTicks(Duration.ofSeconds(10));
            restartWith(client(ours), client(ours).ticks(sinksTicks));
            Pair.Ends ends = pair.connect();
            ByteOracle oracle = ByteOracle.of(run);
            var writing = Background.run(() -> {
                for (ByteOracle.Source source = oracle.source(MUCH); source.hasRemaining(); ) {
                    ends.dialed().stream().write(ByteBuffer.wrap(source.next(100_000)));
                }
                ends.dialed().close();
            });

            ByteOracle.Sink sink = oracle.sink();
            ByteStream stream = ends.accepted().stream();
            ByteBuffer into = ByteBuffer.allocate(20_000);
            boolean heard = true;
            for (int read = 0; stream.read(into.clear()) >= 0; read++) {
                sink.accept(into.flip());
                // One keepalive; as many ticks again would be too many for the listen channel.
                sinksTicks.tick(read < 20 ? 1 : 0);
                heard = heard && writes(stream);
            }
            sink.assertExactly(MUCH);
            writing.result();
            stream.close();
            assertThat(pair.dialer().close(Duration.ofSeconds(20))).isTrue();
        }
    }

    private static boolean writes(ByteStream stream) {
        try {
            write(stream, "more?");
            return true;
        } catch (IOException e) {
            return false; // the source has closed
        }
    }

    @Test
    void aSourceThatSendsALittleAndClosesLosesNothing() throws IOException {
        for (int run = 0; run < OFTEN; run++) {
            Pair.Ends ends = pair.connect();
            write(ends.dialed().stream(), "last words " + run);
            ends.dialed().close();

            assertThat(readAll(ends.accepted().stream())).isEqualTo("last words " + run);
            ends.accepted().close();
        }
    }

    /** A file piped from one to the other whose own input is empty, by the rule of the command line. */
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void aTransferEndsAtBothEndsWhoeverIsOfWhichKind(boolean sourceIsOurs, boolean sinkIsOurs) throws IOException {
        restartWith(client(sourceIsOurs), client(sinkIsOurs));
        Pair.Ends ends = pair.connect();
        ByteStream source = ends.dialed().stream();
        ByteStream sink = ends.accepted().stream();
        boolean halfClose = sourceIsOurs && sinkIsOurs;
        assertThat(ends.dialed().carriesHalfClose()).isEqualTo(halfClose);
        assertThat(ends.accepted().carriesHalfClose()).isEqualTo(halfClose);

        if (halfClose) {
            sink.shutdownOutput();
            assertThat(source.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        write(source, "the whole file");
        if (sourceIsOurs) {
            source.shutdownOutput();
        } else {
            source.close();
        }
        assertThat(readAll(sink)).isEqualTo("the whole file");
        if (sinkIsOurs) {
            sink.shutdownOutput();
        }
        sink.close();
        if (sourceIsOurs) {
            assertThat(source.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            source.close();
        }
        assertThat(pair.dialer().close(Duration.ofSeconds(20))).isTrue();
        assertThat(pair.acceptor().close(Duration.ofSeconds(20))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0, 0, false, false", "1, 3, true, false", "2, 3, true, true", "3, 3, true, true", "3, 0, false, false"
    })
    void whatIsInForceIsWhatBothEndsSaid(int dialer, int acceptor, boolean halfClose, boolean acknowledged)
            throws IOException {
        restartWith(client(true).extensions(dialer), client(true).extensions(acceptor));
        Pair.Ends ends = pair.connect();

        for (OffsetConnection end : new OffsetConnection[] {ends.dialed(), ends.accepted()}) {
            assertThat(end.carriesHalfClose()).isEqualTo(halfClose);
            assertThat(end.verified()).isEqualTo(acknowledged);
            end.abort();
        }
    }

    @Test
    void aStockSinkSeesTheEndOfOutputAsTheEndOfTheTunnelAndNoEmptyMessage() throws IOException {
        restartWith(client(true), client(false));
        Pair.Ends ends = pair.connect();
        MessageStream sink = ends.accepted().messages();

        write(ends.dialed().stream(), "all");
        ends.dialed().stream().shutdownOutput();

        assertThat(sink.receive()).contains(UTF_8.encode("all"));
        assertThat(sink.receive()).isEmpty();
        sink.close();
        assertThat(ends.dialed().stream().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        ends.dialed().close();
    }

    @Test
    void anEmptyMessageOfAStockSourceIsNoEnd() throws IOException {
        restartWith(client(false), client(true));
        Pair.Ends ends = pair.connect();
        MessageStream source = ends.dialed().messages();

        source.send(UTF_8.encode("one "));
        source.send(ByteBuffer.allocate(0));
        source.send(UTF_8.encode("two"));
        source.close();

        assertThat(readAll(ends.accepted().stream())).isEqualTo("one two");
        ends.accepted().close();
    }

    @Test
    void aTunnelBetweenTwoOfOursThatEndsUnsaidWasCut() throws IOException {
        restartWith(
                client(true).extensions(ExchangeRandNonce.HALF_CLOSE),
                client(true).extensions(ExchangeRandNonce.HALF_CLOSE));
        Pair.Ends ends = pair.connect();
        ends.dialed().messages().send(UTF_8.encode("half of"));
        ends.dialed().messages().close();

        ByteStream stream = ends.accepted().stream();
        ByteBuffer into = ByteBuffer.allocate(7);
        assertThat(stream.read(into)).isEqualTo(7);
        assertThatThrownBy(() -> stream.read(into.clear()))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("cut");
        stream.close();
    }

    /** An input that is kept open must not go on being "sent" to nobody. */
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void whatIsWrittenAfterThePeerHasGoneFails(boolean ours, boolean peersIsOurs) throws Exception {
        restartWith(halfClosing(ours), halfClosing(peersIsOurs));
        Pair.Ends ends = pair.connect();
        ByteStream stream = ends.dialed().stream();
        write(stream, "first");
        ByteBuffer into = ByteBuffer.allocate(5);
        assertThat(ends.accepted().stream().read(into)).isEqualTo(5);

        ends.accepted().close();
        assertThat(stream.read(ByteBuffer.allocate(1))).isEqualTo(-1);

        // What the peer said is an end of its direction only, at first; its going away follows at once.
        Awaitility.await().until(() -> !writes(stream));
        assertThatThrownBy(() -> write(stream, "later"))
                .isInstanceOf(IOException.class)
                .hasMessage("the peer has closed the tunnel");
        ends.dialed().close();
    }

    @Test
    void aVerifiedStreamThatEndsUnsaidWasCut() throws IOException {
        Pair.Ends ends = pair.connect();
        assertThat(ends.dialed().verified()).isTrue();
        write(ends.dialed().stream(), "half of");
        ByteStream stream = ends.accepted().stream();
        ByteBuffer into = ByteBuffer.allocate(7);
        assertThat(stream.read(into)).isEqualTo(7);

        ends.dialed().abort();

        // The word that it gives up and the end of the tunnel go out at once: either may be the first to arrive.
        assertThatThrownBy(() -> stream.read(into.clear()))
                .isInstanceOfSatisfying(ConnectionLost.class, lost -> assertThat(lost.how())
                        .isIn(ConnectionLost.How.CUT, ConnectionLost.How.ABORTED));
        ends.accepted().close();
    }

    /** A tunnel of messages has no word for the reason. */
    @Test
    void aConnectionOfMessagesIsAbortedLikeAnyOther() throws IOException {
        Pair.Ends ends = pair.connect();
        MessageConnection dialed = ends.dialed();
        MessageStream messages = dialed.messages();
        messages.send(UTF_8.encode("half of"));
        assertThat(ends.accepted().messages().receive()).contains(UTF_8.encode("half of"));

        dialed.abort(AbortReason.INTERRUPTED);

        assertThatThrownBy(() -> messages.send(UTF_8.encode("more"))).isInstanceOf(IOException.class);
        assertThat(pair.dialer().close(Duration.ofSeconds(20))).isTrue();
        ends.accepted().abort();
    }

    @Test
    void theEndOfTheRelayIsNoEndOfAFile() throws IOException {
        Pair.Ends ends = pair.connect();
        write(ends.dialed().stream(), "half of");
        ByteBuffer into = ByteBuffer.allocate(7);
        assertThat(ends.accepted().stream().read(into)).isEqualTo(7);

        relay.close();

        assertThatThrownBy(() -> ends.accepted().stream().read(into.clear())).isInstanceOf(IOException.class);
        ends.accepted().close();
        ends.dialed().close();
    }

    @Test
    void closingTheClientWaitsForWhatIsStillDelivered() throws IOException {
        Pair.Ends ends = pair.connect();
        ByteOracle oracle = ByteOracle.of(3);
        int size = 1 << 20;
        ends.dialed().stream().write(ByteBuffer.wrap(oracle.bytes(0, size)));
        ends.dialed().close();

        assertThat(pair.dialer().close(Duration.ofMillis(50))).isFalse();
        var waiting = Background.start(() -> pair.dialer().close(Duration.ofSeconds(20)))
                .awaitBlocked();

        ByteOracle.Sink sink = oracle.sink();
        ByteBuffer into = ByteBuffer.allocate(10_000);
        while (ends.accepted().stream().read(into.clear()) >= 0) {
            sink.accept(into.flip());
        }
        sink.assertExactly(size);
        assertThat(waiting.result()).isTrue();
        ends.accepted().close();
    }

    @Test
    void aPeerThatFallsSilentIsNotWaitedForAnyLonger() throws IOException {
        ManualTicks ticks = new ManualTicks(Duration.ofSeconds(10));
        restartWith(client(true).ticks(ticks), client(true).ticks(new ManualTicks(Duration.ofSeconds(10))));
        Pair.Ends ends = pair.connect();
        ends.dialed().stream().write(ByteBuffer.wrap(ByteOracle.of(4).bytes(0, 1 << 20)));
        ends.dialed().close();
        assertThat(pair.dialer().close(Duration.ZERO)).isFalse();

        ticks.tick(31);
        assertThat(pair.dialer().close(Duration.ofMillis(50))).isFalse();
        ticks.tick(1);

        assertThat(pair.dialer().close(Duration.ofSeconds(20))).isTrue();
        assertThat(ticks.registered()).isZero();
        ends.accepted().abort();
    }

    @Test
    void aConnectionOutlivesItsClient() throws IOException {
        Pair.Ends ends = pair.connect();
        pair.close();

        write(ends.dialed().stream(), "still there");
        ends.dialed().stream().shutdownOutput();
        assertThat(readAll(ends.accepted().stream())).isEqualTo("still there");
        write(ends.accepted().stream(), "here too");
        ends.accepted().close();
        assertThat(readAll(ends.dialed().stream())).isEqualTo("here too");
        ends.dialed().close();
    }

    @Test
    void messagesAreWholeUpToTheLongest() throws IOException {
        Pair.Ends ends = pair.connect();
        MessageStream here = ends.dialed().messages();
        MessageStream there = ends.accepted().messages();
        int longest = here.longest();
        assertThat(longest).isGreaterThan(768 * 1024);
        ByteBuffer message = ByteBuffer.wrap(ByteOracle.of(5).bytes(0, longest));

        for (ByteBuffer each : new ByteBuffer[] {message, ByteBuffer.allocate(0), UTF_8.encode("x")}) {
            here.send(each.duplicate());
            assertThat(there.receive()).contains(each);
        }
        assertThatThrownBy(() -> here.send(ByteBuffer.allocate(longest + 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("" + longest);

        here.shutdownOutput();
        assertThat(there.receive()).isEmpty();
        assertThat(here.receive()).isEmpty();
        assertThatThrownBy(() -> there.send(UTF_8.encode("late"))).isInstanceOf(IOException.class);
        here.close();
        there.close();
        assertThatThrownBy(here::receive).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aConnectionIsMessagesOrBytesAndNotBoth() throws IOException {
        Pair.Ends ends = pair.connect();
        assertThat(ends.dialed().messages()).isSameAs(ends.dialed().messages());
        assertThat(ends.accepted().stream()).isSameAs(ends.accepted().stream());

        assertThatThrownBy(() -> ends.dialed().stream()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ends.accepted().messages()).isInstanceOf(IllegalStateException.class);
        ends.dialed().close();
        ends.accepted().close();
    }
}
