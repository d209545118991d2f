package dev.posthouse.interop.offset;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.posthouse.interop.process.Programs;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What takes its time, with the protocol's own ticks of a second; all at once, and beside the other classes. */
@LiveOffset
@Execution(ExecutionMode.CONCURRENT)
class WaitsTest {

    private static final Duration LONG = Duration.ofSeconds(100);

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

    private static double ended(Leg leg) {
        return leg.ends(e -> true, LONG).get("seconds").getAsDouble();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "version", "nonce", "dh"})
    void whoFallsSilentBeforeItsFirstMessageIsEnded(String after) throws Exception {
        try (Leg leg = Leg.listen(relay.meeting(), Who.in(directory), "--stop-after", after)) {
            assertThat(ended(leg)).as("not at once").isGreaterThan(2.0);
        }
    }

    @Test
    void aConnectThatNobodyAcceptsIsEndedAfter32Ticks() throws Exception {
        Who d = Who.in(directory);
        try (Leg listener = Leg.listen(relay.meeting(), d)) {
            relay.awaitListening(d);
            try (Leg connector = Leg.connect(relay.meeting(), Who.in(directory), d)) {
                assertThat(ended(connector)).isGreaterThan(30.0);
                assertThat(listener.hasEnded()).isFalse();
            }
        }
    }

    @Test
    void whoSendsNoKeepaliveIsEndedAfter32Ticks() throws Exception {
        try (Leg listener = Leg.listen(relay.meeting(), Who.in(directory), "--stop-after", "nokeepalive")) {
            assertThat(ended(listener)).isGreaterThan(30.0);
        }
    }

    @Test
    void anIdleListenerHearsAKeepaliveEvery16TicksAndIsThereAfterwards() throws Exception {
        Who d = Who.in(directory);
        try (ChildProcess listener = Clients.peer("listen", relay.meeting(), d, "--app", "echo", "--trace")
                .start()) {
            Events events = Events.out(listener);
            events.await(
                    "keepalive_received", e -> events.all("keepalive_received").size() >= 3, LONG);
            Serving.echo(relay.meeting(), Who.in(directory), d);
        }
    }

    /** An idle tunnel: keepalives on both legs and, of the peers' own, inside it. */
    @Test
    void anIdleTunnelLives() throws Exception {
        Who d = Who.in(directory);
        Who c = Who.in(directory);
        try (Leg listener = Leg.listen(relay.meeting(), d)) {
            relay.awaitListening(d);
            try (Leg connector = Leg.connect(relay.meeting(), c, d, "--trace")) {
                listener.isCalled(1);
                try (Leg accept = Leg.accept(relay.meeting(), d, c, "--trace")) {
                    for (Leg leg : new Leg[] {connector, accept}) {
                        leg.events()
                                .await(
                                        "keepalive_received",
                                        e -> leg.events()
                                                        .all("keepalive_received")
                                                        .size()
                                                >= 3,
                                        LONG);
                    }
                    accept.say("still here");
                    connector.hears("still here");
                }
            }
        }
    }

    /** A stall of 12 s is what the original cuts the tunnel for, with megabytes lost. */
    @Test
    void aReceiverThatStallsForAMinuteLosesNothing() throws Exception {
        Who d = Who.in(directory);
        try (ChildProcess sink = Clients.peer(
                        "listen",
                        relay.meeting(),
                        d,
                        "--app",
                        "sink",
                        "--count",
                        "1",
                        "--rcvbuf",
                        "16384",
                        "--stall-once",
                        "60s")
                .start()) {
            relay.awaitListening(d);
            try (ChildProcess source = Clients.peer(
                            "connect",
                            relay.meeting(),
                            Who.in(directory),
                            "--peer",
                            d.key(),
                            "--app",
                            "source",
                            "--chunk",
                            "65536",
                            "--bytes",
                            Long.toString(64L << 20))
                    .start()) {
                JsonObject sent = Events.out(source).await("sent", LONG);
                JsonObject received = Events.out(sink).await("received", LONG);
                assertThat(received.get("bytes")).isEqualTo(sent.get("bytes"));
                assertThat(received.get("sha256")).isEqualTo(sent.get("sha256"));
                assertThat(source.awaitExit(LONG)).as(source::everything).isZero();
                assertThat(sink.awaitExit(LONG)).as(sink::everything).isZero();
                // The stall has reached the sender: nothing on the way had room for all of it.
                assertThat(Events.out(source).all("blocked"))
                        .anySatisfy(blocked ->
                                assertThat(blocked.get("seconds").getAsDouble()).isGreaterThan(40));
            }
        }
    }

    /** Our own command line as the sink: its reader stalls, as a pipe does. */
    @Test
    void ourReceiverWhoseReaderStallsForAMinuteLosesNothing() throws Exception {
        Who d = Who.in(directory);
        var command = new ArrayList<>(List.of("bash", "-c", "\"$@\" | (sleep 60; sha256sum)", "stalling"));
        command.addAll(Programs.posthouse(List.of(
                "accept", relay.meeting().address(), "--identity", d.file().toString(), "--allow", "all", "--json")));
        try (ChildProcess sink = ChildProcess.of(command).start()) {
            relay.awaitListening(d, sink);
            try (ChildProcess source = Clients.peer(
                            "connect",
                            relay.meeting(),
                            Who.in(directory),
                            "--peer",
                            d.key(),
                            "--app",
                            "source",
                            "--chunk",
                            "65536",
                            "--bytes",
                            Long.toString(64L << 20))
                    .start()) {
                assertThat(source.awaitExit(LONG)).as(source::everything).isZero();
                assertThat(sink.awaitExit(LONG)).as(sink::everything).isZero();
                assertThat(sink.lines(ChildProcess.Output.OUT))
                        .containsExactly(
                                Events.out(source).await("sent").get("sha256").getAsString() + "  -");
                assertThat(Events.out(source).all("blocked"))
                        .anySatisfy(blocked ->
                                assertThat(blocked.get("seconds").getAsDouble()).isGreaterThan(40));
            }
        }
    }

    @Test
    void ourListenerThatHasWaitedIsStillThere() throws Exception {
        Who d = Who.in(directory);
        Who witness = Who.in(directory);
        try (ChildProcess accept =
                        Clients.accept(relay.meeting(), d, "--allow", "all").start();
                Leg clock = Leg.listen(relay.meeting(), witness, "--stop-after", "nokeepalive")) {
            relay.awaitListening(d, accept);
            // Who sends no keepalives is over by now; ours does, and is not.
            assertThat(ended(clock)).isGreaterThan(30);
            try (ChildProcess source = Clients.peer(
                            "connect",
                            relay.meeting(),
                            Who.in(directory),
                            "--peer",
                            d.key(),
                            "--app",
                            "source",
                            "--bytes",
                            "1000")
                    .start()) {
                assertThat(accept.awaitExit(LONG)).as(accept::everything).isZero();
                assertThat(source.awaitExit(LONG)).as(source::everything).isZero();
                assertThat(Events.err(accept).await("closed").get("received").getAsLong())
                        .isEqualTo(1000);
            }
        }
    }

    /** Eight ticks from the set-up of the tunnel on. */
    @Test
    void ourDialerGivesUpAnAcceptThatIsSilent() throws Exception {
        Who d = Who.in(directory);
        Who c = Who.in(directory);
        try (Leg listener = Leg.listen(relay.meeting(), d)) {
            relay.awaitListening(d);
            try (ChildProcess dialer =
                    Clients.dial(relay.meeting(), c, d, "--timeout", "60s").start()) {
                listener.isCalled(1);
                try (Leg accept = Leg.accept(relay.meeting(), d, c)) {
                    assertThat(dialer.awaitExit(LONG)).as(dialer::everything).isNotZero();
                    accept.ends();
                }
            }
        }
    }
}
