package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Circuit;
import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.contestant.RunningRelay;
import java.io.IOException;
import java.util.List;
import java.util.stream.LongStream;

/** From the command to the first connection that is taken. */
public final class StartUp<C extends Circuit> implements Measure<C> {
    private static final double MICROS_A_MILLI = 1e3;
    private static final Metric MILLIS = new Metric("startMillis", "start to listening ms", 1);

    private final int starts;

    /** @param starts of which the median is the figure of the round */
    public StartUp(int starts) {
        this.starts = starts;
    }

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String about() {
        return "From starting the process to the first connection it takes, launcher script included; median of "
                + starts + ".";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(MILLIS);
    }

    @Override
    public boolean appliesTo(Contestant<C> contestant) {
        return contestant.isRelay();
    }

    @Override
    public List<Figure> run(Contestant<C> contestant) throws IOException {
        long[] nanos = new long[starts];
        for (int i = 0; i < starts; i++) {
            try (RunningRelay<C> relay = contestant.start()) {
                nanos[i] = relay.process().orElseThrow().startUp().toNanos();
            }
        }
        return List.of(MILLIS.of(new Percentiles(LongStream.of(nanos)).micros(0.5) / MICROS_A_MILLI));
    }
}
