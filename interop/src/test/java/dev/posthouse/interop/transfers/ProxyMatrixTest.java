package dev.posthouse.interop.transfers;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.interop.transfers.End.Kind;
import dev.posthouse.interop.transfers.End.Work;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
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
 * Transfers through the relay with every kind of proxy before it. Between two of ours everything arrives and both exit
 * with 0. With the original at one end it arrives, or ours exits with something else or says that it cannot know.
 */
@LiveTransfers
class ProxyMatrixTest {

    private static final Payload QUESTION = Payload.of(8_101, 20_000);
    private static final List<Payload> FROM_DIALER = List.of(Payload.of(8_102, 20_000), Payload.of(8_103, 5_000_000));
    private static final List<Payload> FROM_ACCEPTOR = List.of(Payload.of(8_104, 20_000), Payload.of(8_105, 5_000_000));
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int RUNS = 5;

    private static final Map<Front, Front.Site> SITES = new EnumMap<>(Front.class);
    private static final AtomicInteger TOKENS = new AtomicInteger();

    @TempDir
    static Path directory = Path.of("");

    private static Path authority = Path.of("");

    /** Who sends what. */
    enum Shape {
        DIALER_SENDS("dialer sends"),
        ACCEPTOR_SENDS("acceptor sends"),
        BOTH("both"),
        QUESTION_AND_ANSWER("question then answer");

        private final String label;

        Shape(String label) {
            this.label = label;
        }

        Work dialer(int size) {
            return switch (this) {
                case DIALER_SENDS -> Work.send(FROM_DIALER.get(size));
                case ACCEPTOR_SENDS -> Work.receive(FROM_ACCEPTOR.get(size));
                case BOTH -> Work.both(FROM_DIALER.get(size), FROM_ACCEPTOR.get(size));
                case QUESTION_AND_ANSWER -> Work.both(QUESTION, FROM_ACCEPTOR.get(size));
            };
        }

        Work acceptor(int size) {
            return switch (this) {
                case DIALER_SENDS -> Work.receive(FROM_DIALER.get(size));
                case ACCEPTOR_SENDS -> Work.send(FROM_ACCEPTOR.get(size));
                case BOTH -> Work.both(FROM_ACCEPTOR.get(size), FROM_DIALER.get(size));
                case QUESTION_AND_ANSWER -> Work.answer(QUESTION, FROM_ACCEPTOR.get(size));
            };
        }
    }

    /** @param size index of the payload */
    record Cell(Front front, Shape shape, int size, Kind dialer, Kind acceptor) implements Cells.Cell {

        @Override
        public String name() {
            return front + ", " + shape.label + ", " + (size == 0 ? "20 kB" : "5 MB") + ", dialer "
                    + dialer.name().toLowerCase(Locale.ROOT) + ", acceptor "
                    + acceptor.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public int runs() {
            return Plan.times(1, RUNS);
        }

        @Override
        public String run(long seed) throws Exception {
            Path here = Files.createTempDirectory(directory, "run");
            var place = new End.Place(Objects.requireNonNull(SITES.get(front)).url(), authority);
            String token = "transfer-" + TOKENS.incrementAndGet();
            try (End accepting = End.start(
                            acceptor,
                            "accept",
                            place,
                            token,
                            shape.acceptor(size),
                            dialer,
                            directory,
                            Files.createDirectory(here.resolve("accept")));
                    End dialing = End.start(
                            dialer,
                            "dial",
                            place,
                            token,
                            shape.dialer(size),
                            acceptor,
                            directory,
                            Files.createDirectory(here.resolve("dial")))) {
                if (dialer == Kind.OURS && acceptor == Kind.OURS) {
                    return betweenOurs(dialing, accepting);
                }
                return dialer == Kind.OURS
                        ? withTheOriginal(dialing, accepting, front)
                        : withTheOriginal(accepting, dialing, front);
            } finally {
                Received.delete(here);
            }
        }
    }

    private static String betweenOurs(End dialer, End acceptor) throws IOException {
        int dialed = exit(dialer, acceptor);
        int accepted = exit(acceptor, dialer);
        if (dialed != 0 || accepted != 0 || !dialer.isWhole() || !acceptor.isWhole()) {
            throw new AssertionError("dialer " + state(dialer, dialed) + ", acceptor " + state(acceptor, accepted)
                    + dialer.everything() + acceptor.everything());
        }
        return "whole, 0 and 0";
    }

    private static int exit(End end, End other) {
        try {
            return end.process().awaitExit(PATIENCE);
        } catch (AssertionError e) {
            throw stuck(end, other);
        }
    }

    private static String state(End end, int exit) throws IOException {
        return "exit " + exit + (end.receives() ? end.isWhole() ? ", whole" : ", not whole" : "");
    }

    private static String withTheOriginal(End ours, End stock, Front front) throws IOException {
        ChildProcess process = ours.process();
        try {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(10))
                    .atMost(PATIENCE)
                    .until(() -> !process.isAlive()
                            || (stock.receives() && stock.hasEnough() && ours.hasEnough())
                            || !stock.process().isAlive());
        } catch (ConditionTimeoutException e) {
            throw stuck(ours, stock);
        }
        stock.releaseInput();
        int exit = exit(ours, stock);
        stock.awaitStockExit();
        boolean whole = ours.isWhole() && stock.isWhole();
        boolean unverified = Said.isUnverified(process);
        if (!ours.isWhole() && exit == 0 && unverified && isUnanswered(ours, stock)) {
            return "not answered, exit 0, unverified";
        }
        // What ours was sent it knows; what the original was sent it may not know.
        boolean said = exit != 0 || (ours.isWhole() && unverified);
        if (!whole && !said) {
            throw new AssertionError("exit 0, though " + (ours.isWhole() ? "what it sent" : "what it received")
                    + " is not whole" + ours.everything() + stock.everything());
        }
        // Where both send, ours cannot know that what came behind its own end was all of it, and says so by its exit
        // code.
        boolean oneWay = !(ours.receives() && stock.receives());
        if (front.passesBytesOnly() && oneWay && !(whole && exit == 0)) {
            throw new AssertionError(
                    "nothing on the way cuts, but ours: " + state(ours, exit) + ours.everything() + stock.everything());
        }
        return (whole ? "whole" : "cut") + ", exit " + exit + (exit == 0 && unverified ? ", unverified" : "");
    }

    /**
     * The one case in which less than all is called an end: the original ends everything when our input ends, a question,
     * and what is then heard is what is heard from one that took a file and has nothing to say.
     */
    private static boolean isUnanswered(End ours, End stock) {
        return stock.answers() && ours.hasNothing();
    }

    private static AssertionError stuck(End one, End other) {
        return new AssertionError("it does not end" + one.everything() + other.everything());
    }

    static Stream<Arguments> cells() {
        List<Cell> cells = new ArrayList<>();
        for (Front front : Front.values()) {
            for (Shape shape : Shape.values()) {
                for (int size = 0; size < FROM_DIALER.size(); size++) {
                    cells.add(new Cell(front, shape, size, Kind.OURS, Kind.OURS));
                    cells.add(new Cell(front, shape, size, Kind.OURS, Kind.STOCK));
                    cells.add(new Cell(front, shape, size, Kind.STOCK, Kind.OURS));
                }
            }
        }
        return Cells.started(cells);
    }

    @BeforeAll
    static void start() throws IOException {
        TestCertificates certificates = TestCertificates.in(Files.createDirectory(directory.resolve("tls")));
        authority = certificates.authority();
        for (Front front : Front.values()) {
            SITES.put(front, front.start(directory, certificates));
        }
        // Before two cells at a time want them.
        QUESTION.file(directory);
        for (int size = 0; size < FROM_DIALER.size(); size++) {
            FROM_DIALER.get(size).file(directory);
            FROM_ACCEPTOR.get(size).file(directory);
        }
    }

    @AfterAll
    static void close() throws Exception {
        for (Front.Site site : SITES.values()) {
            site.close();
        }
    }

    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("cells")
    void whatArrivesIsWholeOrOursSaysThatItMayNotBe(Future<?> cell) throws Exception {
        Cells.collect(cell);
    }
}
