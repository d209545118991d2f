package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Circuit;
import dev.posthouse.bench.contestant.Contestant;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * One kind of load and what it yields. {@link #run} starts the contestant itself, as often as it needs it fresh, and
 * leaves nothing running; it is called on the main thread, and interrupting that ends it.
 *
 * @param <C> the circuits of its contestants
 */
public interface Measure<C extends Circuit> {

    /** As on the command line. */
    String name();

    /** What the figures mean, for the head of the table: one sentence. */
    String about();

    /** The columns of its table, in order. */
    List<Metric> metrics();

    /** Whether it says anything about {@code contestant}. */
    boolean appliesTo(Contestant<C> contestant);

    /** What is not as asked with {@code contestant} on this machine, for those who read the figures. */
    default Optional<String> restriction(Contestant<C> contestant) {
        return Optional.empty();
    }

    /**
     * One round.
     *
     * @return some or all of {@link #metrics}
     * @throws IOException if the contestant fails under the load, or the thread was interrupted
     */
    List<Figure> run(Contestant<C> contestant) throws IOException;
}
