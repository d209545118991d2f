package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Contestant;
import java.io.IOException;
import java.util.List;

/**
 * One kind of load and what it yields. {@link #run} starts the contestant itself, as often as it needs it fresh, and
 * leaves nothing running; it is called on the main thread, and interrupting that ends it.
 */
public interface Measure {

    /** As on the command line. */
    String name();

    /** What the figures mean, for the head of the table: one sentence. */
    String about();

    /** The columns of its table, in order. */
    List<Metric> metrics();

    /** Whether it says anything about {@code contestant}. */
    boolean appliesTo(Contestant contestant);

    /**
     * One round.
     *
     * @return some or all of {@link #metrics}
     * @throws IOException if the contestant fails under the load, or the thread was interrupted
     */
    List<Figure> run(Contestant contestant) throws IOException;
}
