package dev.posthouse.interop.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.posthouse.interop.soak.Soak.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daemon, started by its launcher with a heap of 256 MiB, under a {@linkplain Mix mixed load} that is drained again and again:
 * all peers leave, the daemon lets go of everything, its garbage is collected, and what it holds is written down. Peers come from
 * thousands of addresses, and tokens and keys are new all the time, so that whatever is kept for one of them adds up.
 *
 * <p>The verdict, over the drained samples; {@link Flatness} has what warm-up and thirds are:
 *
 * <ul>
 *   <li>connections, circuits, waiting peers and the budget for what is held are zero in each of them;
 *   <li>descriptors are as many in the last as before the load, and never more in between;
 *   <li>threads: the last third has 4 more than the first one at most, since the JVM starts and ends some of its own;
 *   <li>resident memory after a collection: the last third has 10 % more than the first one at most, and if more than 5 %, it has
 *       not risen steadily;
 *   <li>what lives in the heap: 5 % and 512 KiB more at most, and if more than half of that, not steadily.
 * </ul>
 *
 * <p>In a run of few minutes there are too few samples for the last three, which are then skipped.
 */
@LiveSoak
class SoakTest {

    private static final Flatness THREADS = new Flatness("threads", 0, 4);
    private static final Flatness RESIDENT = new Flatness("resident MiB", 0.1, 0);
    private static final Flatness HEAP = new Flatness("live heap MiB", 0.05, 0.5);

    @TempDir
    static Path directory = Path.of("");

    private static Outcome outcome = new Outcome(
            new Sample(0, true, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
            List.of(),
            List.of(),
            List.of("it did not run"),
            Map.of(),
            List.of(),
            -1);

    @BeforeAll
    @Timeout(value = 8, unit = TimeUnit.HOURS)
    static void soak() throws Exception {
        outcome = Soak.run(Plan.of(System.getenv()), directory);
        for (Flatness figure : List.of(RESIDENT, HEAP, THREADS)) {
            Soak.say("drained: " + figure.said(figures(figure)));
        }
        Soak.say("under load: " + RESIDENT.said(Outcome.figures(outcome.busy(), Sample::residentMib)));
    }

    private static List<Double> figures(Flatness what) {
        if (what.equals(THREADS)) {
            return Outcome.figures(outcome.drained(), sample -> (double) sample.threads());
        }
        return Outcome.figures(outcome.drained(), what.equals(RESIDENT) ? Sample::collectedMib : Sample::heapMib);
    }

    private static void isFlat(Flatness what) {
        List<Double> figures = figures(what);
        assumeThat(Flatness.canTell(figures)).as("enough samples to tell").isTrue();
        what.check(figures);
    }

    @Test
    void everyVisitEndsAsItShould() {
        assertThat(outcome.failures()).isEmpty();
        assertThat(outcome.visits())
                .containsOnlyKeys(Mix.KINDS.stream().map(Mix.Kind::name).toList());
    }

    @Test
    void nothingIsLeftWhenNobodyIsThere() {
        assertThat(outcome.drained()).isNotEmpty().allMatch(Sample::isEmpty);
    }

    @Test
    void descriptorsAreAsManyAsAtTheStart() {
        assertThat(outcome.drained())
                .isNotEmpty()
                .allMatch(sample -> sample.descriptors() <= outcome.start().descriptors());
    }

    @Test
    void threadsAreFlat() {
        isFlat(THREADS);
    }

    @Test
    void residentMemoryIsFlat() {
        isFlat(RESIDENT);
    }

    @Test
    void liveHeapIsFlat() {
        isFlat(HEAP);
    }

    @Test
    void logHasNoFault() {
        assertThat(outcome.faults()).isEmpty();
    }

    @Test
    void daemonEndsGracefully() {
        assertThat(outcome.exit()).isZero();
    }
}
