package dev.posthouse.interop.transfers;

import dev.posthouse.interop.transfers.Pair.Way;
import dev.posthouse.testkit.ByteOracle;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One of the three is killed in the middle of a transfer. Nobody who is left believes that it was complete, and what
 * arrived is an exact prefix.
 */
@LiveTransfers
class KillTest {

    /** A survivor notices long before, and a busy machine is no failure. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** The moment is after one of so many bytes. */
    private static final int LATEST = 2_000_000;

    /** How far the sender may be ahead, so that it is blocked in some runs and in others not. */
    private static final long[] AHEAD = {64 * 1_024, 1_024 * 1_024, 16 * 1_024 * 1_024};

    private static final long AFTERWARDS = 500_000;

    private static final int LOST = 14;

    @TempDir
    static Path directory = Path.of("");

    private static Path authority = Path.of("");
    private static String[] tls = {};
    private static Posthouse.Serving shared;

    /** Who is killed. */
    enum Victim {
        DIALER,
        ACCEPTOR,
        RELAY
    }

    /** By which signal, and what a client exits with then. */
    enum Signal {
        KILL(137),
        TERM(143),
        INT(130);

        private final int exit;

        Signal(int exit) {
            this.exit = exit;
        }

        void send(ChildProcess process) throws IOException, InterruptedException {
            Process kill = new ProcessBuilder("bash", "-c", "kill -s " + name() + " " + process.pid()).start();
            if (kill.waitFor() != 0) {
                throw new AssertionError("it had ended before it was killed" + process.everything());
            }
        }
    }

    record Cell(Way way, Victim victim, Signal signal) implements Cells.Cell {

        @Override
        public String name() {
            return "kill " + victim.name().toLowerCase(Locale.ROOT) + " by " + signal + ", " + way;
        }

        @Override
        public int runs() {
            return Plan.times(3, 20);
        }

        @Override
        public String run(long seed) throws Exception {
            Random random = new Random(seed);
            boolean dialerSends = random.nextBoolean();
            long moment = 1L + random.nextInt(LATEST);
            long ahead = AHEAD[random.nextInt(AHEAD.length)];
            Path here = Files.createTempDirectory(directory, "run");
            Posthouse.Serving relay = victim == Victim.RELAY ? serve(here) : shared;
            Path received = here.resolve("received");
            Pair pair = Pair.of(way, relay, authority, here);
            try (ChildProcess acceptor = start(pair.accept(), !dialerSends, received);
                    ChildProcess dialer = dial(pair, acceptor, dialerSends, received)) {
                var run = new Run(
                        this,
                        relay.process(),
                        dialer,
                        acceptor,
                        dialerSends,
                        received,
                        "dialer " + (dialerSends ? "sends" : "receives") + ", after " + moment + " bytes, " + ahead
                                + " ahead");
                return run.killAfter(moment, ahead, ByteOracle.of(seed), pair.route());
            } finally {
                if (victim == Victim.RELAY) {
                    relay.close();
                }
                Received.delete(here);
            }
        }
    }

    private static ChildProcess dial(Pair pair, ChildProcess acceptor, boolean sends, Path received)
            throws IOException {
        pair.awaitAcceptor(acceptor);
        return start(pair.dial(), sends, received);
    }

    private static ChildProcess start(List<String> command, boolean sends, Path received) throws IOException {
        ChildProcess.Builder builder = ChildProcess.of(command);
        return (sends ? builder.inputOpen() : builder.output(received)).start();
    }

    /** One transfer and its end. */
    private record Run(
            Cell cell,
            ChildProcess relay,
            ChildProcess dialer,
            ChildProcess acceptor,
            boolean dialerSends,
            Path received,
            String what) {

        String killAfter(long moment, long ahead, ByteOracle oracle, String route)
                throws IOException, InterruptedException {
            ChildProcess sender = dialerSends ? dialer : acceptor;
            Feeder feeder = Feeder.start(sender, oracle, received, ahead);
            try {
                await(
                        "the moment",
                        () -> Received.size(received) >= moment || !dialer.isAlive() || !acceptor.isAlive());
                must(dialer.isAlive() && acceptor.isAlive(), "an end has ended before anybody was killed");
                // It was said before the first byte moved, and may not have been read here yet.
                await("the route", () -> !Said.route(dialer).equals("none") || !dialer.isAlive());
                must(Said.route(dialer).equals(route), "the route is " + Said.route(dialer) + ", not " + route);
                cell.signal.send(victim());
                return cell.victim == Victim.RELAY && cell.way == Way.DIRECT ? goesOn(feeder, oracle) : breaks(oracle);
            } finally {
                feeder.stop();
            }
        }

        private ChildProcess victim() {
            return switch (cell.victim) {
                case DIALER -> dialer;
                case ACCEPTOR -> acceptor;
                case RELAY -> relay;
            };
        }

        /** The relay has no part in it any more. */
        private String goesOn(Feeder feeder, ByteOracle oracle) throws IOException {
            int ended = exit(relay, "the relay");
            must(ended == (cell.signal == Signal.KILL ? cell.signal.exit : 0), "the relay exits with " + ended);
            feeder.finish(AFTERWARDS);
            int dialed = exit(dialer, "the dialer");
            int accepted = exit(acceptor, "the acceptor");
            must(dialed == 0 && accepted == 0, "the dialer exits with " + dialed + ", the acceptor with " + accepted);
            must(Received.size(received) == feeder.fed(), "of " + feeder.fed() + " bytes some are missing");
            mustBePrefix(oracle);
            return "whole, 0 and 0";
        }

        private String breaks(ByteOracle oracle) throws IOException {
            if (cell.victim == Victim.RELAY) {
                int ended = exit(relay, "the relay");
                // Its drain is cut short by its deadline.
                must(ended == (cell.signal == Signal.KILL ? cell.signal.exit : LOST), "the relay exits with " + ended);
                String dialed = survives(dialer, "the dialer", "cut");
                String accepted = survives(acceptor, "the acceptor", "cut");
                mustBePrefix(oracle);
                return dialed + " and " + accepted;
            }
            boolean dies = cell.victim == Victim.DIALER;
            int died = exit(victim(), "the victim");
            must(died == cell.signal.exit, "the victim exits with " + died);
            String reason = cell.signal == Signal.KILL ? "cut" : "peer-aborted";
            String survived =
                    dies ? survives(acceptor, "the acceptor", reason) : survives(dialer, "the dialer", reason);
            mustBePrefix(oracle);
            return survived;
        }

        private String survives(ChildProcess survivor, String who, String reason) {
            int exit = exit(survivor, who);
            must(exit == LOST, who + " exits with " + exit);
            String said = Said.reason(survivor, "failed");
            must(said.equals(reason), who + " says " + said + ", not " + reason);
            must(Said.reason(survivor, "closed").equals(reason), who + "'s closed event says otherwise");
            return exit + " " + said;
        }

        private int exit(ChildProcess process, String who) {
            try {
                return process.awaitExit(PATIENCE);
            } catch (AssertionError e) {
                throw failure(who + " does not end");
            }
        }

        private void mustBePrefix(ByteOracle oracle) throws IOException {
            long differs = Received.firstDifference(received, oracle);
            must(differs < 0, "what was received differs from what was sent at byte " + differs);
        }

        private void await(String condition, Callable<Boolean> holds) {
            try {
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(2))
                        .atMost(PATIENCE)
                        .until(holds);
            } catch (ConditionTimeoutException e) {
                throw failure(condition + " does not come");
            }
        }

        private void must(boolean holds, String otherwise) {
            if (!holds) {
                throw failure(otherwise);
            }
        }

        private AssertionError failure(String wrong) {
            return new AssertionError(wrong + " (" + what + ", " + Received.size(received) + " bytes received)"
                    + dialer.everything() + acceptor.everything()
                    + (cell.victim == Victim.RELAY ? relay.everything() : ""));
        }
    }

    static Stream<Arguments> cells() {
        List<Cell> cells = new ArrayList<>();
        for (Way way : Way.values()) {
            for (Victim victim : Victim.values()) {
                for (Signal signal : Signal.values()) {
                    cells.add(new Cell(way, victim, signal));
                }
            }
        }
        return Cells.started(cells);
    }

    private static Posthouse.Serving serve(Path here) throws IOException {
        return Posthouse.serve(here, tls);
    }

    @BeforeAll
    static void start() throws IOException {
        TestCertificates certificates = TestCertificates.in(Files.createDirectory(directory.resolve("tls")));
        authority = certificates.authority();
        TestCertificates.Issued issued = certificates.issue("127.0.0.1");
        tls = new String[] {
            "--tls-certificate", issued.chain().toString(),
            "--tls-key", issued.key().toString(),
            "--drain-deadline", "300ms"
        };
        shared = serve(directory);
    }

    @AfterAll
    static void close() {
        shared.close();
    }

    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("cells")
    void nobodyTakesAPartForTheWhole(Future<?> cell) throws Exception {
        Cells.collect(cell);
    }
}
