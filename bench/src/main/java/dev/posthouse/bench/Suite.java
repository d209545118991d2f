package dev.posthouse.bench;

import dev.posthouse.bench.contestant.Circuit;
import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.measure.Measure;
import dev.posthouse.bench.process.ChildProcesses;
import java.io.IOException;
import java.util.List;

/**
 * Contestants that do the same thing, and what is measured of them: {@code bench/run NAME}.
 *
 * @param <C> their circuits
 */
interface Suite<C extends Circuit> {

    /**
     * How much is done if nobody says otherwise.
     *
     * @param rounds of every measure
     * @param seconds of a throughput load
     * @param starts of each contestant in a round
     * @param pairsLow lower number of idle pairs for the slope of memory
     * @param pairsHigh higher number
     */
    record Scale(int rounds, int seconds, int starts, int pairsLow, int pairsHigh) {}

    /** As on the command line. */
    String name();

    /** Names of all contestants, in the order of the tables. */
    List<String> contestants();

    /** Names of all measures, in their order. */
    List<String> measures();

    /** @param quick whether it is only to be seen that everything works */
    Scale scale(boolean quick);

    /**
     * The contestants that can run here.
     *
     * @param descriptors that each process may have open
     * @throws IOException if what they need cannot be written
     */
    List<Contestant<C>> available(Options options, long descriptors, ChildProcesses children) throws IOException;

    /** All measures. */
    List<Measure<C>> measures(Options options, long descriptors);
}
