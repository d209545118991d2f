package dev.posthouse.interop.transfers;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.interop.transfers.Pair.Way;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Standard streams of one end that fail. That end says what failed, in a sentence, with exit code 16; the other one says
 * that its peer gave up. Nothing but what was sent arrives, and no file is touched that was not named.
 */
@LiveTransfers
class LocalTroubleTest {

    private static final Payload DATA = Payload.of(8_201, 5_000_000);

    /** Its file is cut. */
    private static final Payload FAILING = Payload.of(8_202, 5_000_000);

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int LOCAL = 16;
    private static final int LOST = 14;
    private static final int NO_PEER = 11;
    private static final int REFUSED = 13;

    @TempDir
    static Path directory = Path.of("");

    private static Path authority = Path.of("");
    private static Posthouse.Serving relay;
    private static FailingInput failing;
    private static Path quota = Path.of("");

    record Cell(Trouble trouble, boolean atDialer, Way way) implements Cells.Cell {

        @Override
        public String name() {
            return "trouble: " + trouble + ", at the " + (atDialer ? "dialer" : "acceptor") + ", " + way;
        }

        @Override
        public int runs() {
            return 1;
        }

        @Override
        public String run(long seed) throws Exception {
            Path here = Files.createTempDirectory(directory, "run");
            Path received = here.resolve("received");
            Pair pair = Pair.of(way, relay, authority, here);
            try (ChildProcess acceptor = start(pair.accept(), !atDialer, here, received);
                    ChildProcess dialer = startDialer(pair, acceptor, here, received)) {
                var ends = atDialer
                        ? new Ends(this, dialer, acceptor, received)
                        : new Ends(this, acceptor, dialer, received);
                return trouble.stream().isRefused() ? ends.refused() : ends.failed();
            } finally {
                Received.delete(here);
            }
        }

        private ChildProcess startDialer(Pair pair, ChildProcess acceptor, Path here, Path received)
                throws IOException {
            pair.awaitAcceptor(acceptor);
            return start(pair.dial(), atDialer, here, received);
        }

        private ChildProcess start(List<String> command, boolean inTrouble, Path here, Path received)
                throws IOException {
            if (!inTrouble) {
                List<String> waiting = new ArrayList<>(command);
                if (trouble.stream().isRefused()) {
                    // Nobody will come.
                    waiting.replaceAll(word -> word.equals(Pair.TIMEOUT) ? "2s" : word);
                }
                ChildProcess.Builder builder = ChildProcess.of(waiting);
                return (trouble.stream().isInput() ? builder.output(received) : builder.input(DATA.file(directory)))
                        .start();
            }
            String script = trouble == Trouble.EIO_IN_THE_MIDDLE ? failing.script() : trouble.script();
            List<String> shell = Posthouse.shell(script, command);
            if (trouble == Trouble.FULL_DISK) {
                // A file system that goes with the process.
                shell.addAll(0, List.of("unshare", "--mount"));
            }
            return ChildProcess.of(shell)
                    .environment("DIR", here.toString())
                    .environment("QUOTA", quota.toString())
                    .start();
        }
    }

    /** The one with the trouble and the other, as they end. */
    private record Ends(Cell cell, ChildProcess broken, ChildProcess other, Path received) {

        String failed() throws IOException {
            int exit = exit(broken);
            int otherExit = exit(other);
            boolean input = cell.trouble.stream().isInput();
            must(exit == LOCAL, "it exits with " + exit);
            must(Said.error(broken).contains(cell.trouble.sentence()), "it says: " + Said.error(broken));
            String reason = input ? "local-input" : "local-output";
            must(
                    Said.reason(broken, "failed").equals(reason)
                            && Said.reason(broken, "closed").equals(reason),
                    "its reason is " + Said.reason(broken, "failed") + ", not " + reason);
            must(otherExit == LOST, "the other end exits with " + otherExit);
            must(
                    Said.reason(other, "failed").equals("peer-aborted")
                            && Said.reason(other, "closed").equals("peer-aborted"),
                    "the other end's reason is " + Said.reason(other, "failed"));
            Payload sent = cell.trouble == Trouble.EIO_IN_THE_MIDDLE ? FAILING : DATA;
            long differs = Received.firstDifference(received, sent.oracle());
            must(differs < 0, "what arrived differs from what was sent at byte " + differs);
            must(Received.size(received) <= FailingInput.GOOD, "more arrived than there is");
            must(
                    cell.trouble != Trouble.EIO_ON_FIRST_READ || Received.size(received) == 0,
                    "something of a foreign file arrived");
            return exit + " " + reason + " and " + otherExit + " peer-aborted";
        }

        String refused() {
            int exit = exit(broken);
            must(exit == LOCAL, "it exits with " + exit);
            must(
                    String.join("\n", broken.lines(Output.ERR)).contains(cell.trouble.sentence()),
                    "it does not say: " + cell.trouble.sentence());
            int otherExit = exit(other);
            must(otherExit == NO_PEER || otherExit == REFUSED, "the other end exits with " + otherExit);
            must(Said.route(other).equals("none"), "they met");
            must(Received.size(received) == 0, "something of a foreign file arrived");
            return exit + ", no connection";
        }

        private int exit(ChildProcess process) {
            try {
                return process.awaitExit(PATIENCE);
            } catch (AssertionError e) {
                throw failure((process == broken ? "it" : "the other end") + " does not end");
            }
        }

        private void must(boolean holds, String otherwise) {
            if (!holds) {
                throw failure(otherwise);
            }
        }

        private AssertionError failure(String wrong) {
            return new AssertionError(
                    wrong + " (" + Received.size(received) + " bytes received)" + "\n--- the end with the trouble"
                            + broken.everything() + "\n--- the other end" + other.everything());
        }
    }

    static Stream<Arguments> cells() {
        List<Cell> cells = new ArrayList<>();
        for (Trouble trouble : Trouble.values()) {
            for (Way way : List.of(Way.RELAYED, Way.DIRECT, Way.OFFSET)) {
                // What is refused before connecting is the same by every way.
                if (!trouble.stream().isRefused() || way == Way.RELAYED) {
                    cells.add(new Cell(trouble, true, way));
                    cells.add(new Cell(trouble, false, way));
                }
            }
        }
        return Cells.started(cells);
    }

    @BeforeAll
    static void start() throws IOException {
        TestCertificates certificates = TestCertificates.in(Files.createDirectory(directory.resolve("tls")));
        authority = certificates.authority();
        failing = FailingInput.of(FAILING, directory);
        quota = Quota.library(directory);
        DATA.file(directory);
        relay = Posthouse.serve(directory);
    }

    @AfterAll
    static void close() {
        relay.close();
    }

    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("cells")
    void theEndWithTheTroubleSaysWhatItIsAndTheOtherThatItsPeerGaveUp(Future<?> cell) throws Exception {
        Cells.collect(cell);
    }
}
