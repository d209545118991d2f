package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Circuit;
import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.contestant.Held;
import dev.posthouse.bench.contestant.Pairs;
import dev.posthouse.bench.contestant.RunningLobby;
import dev.posthouse.bench.contestant.RunningRelay;
import dev.posthouse.bench.contestant.WaitingRole;
import dev.posthouse.bench.process.MemoryUse;
import dev.posthouse.bench.process.RelayProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a relay holds in memory for each idle pair and each waiting peer: the slope of its resident memory between a lower
 * and a higher number of them, each load in a fresh process.
 */
public final class Memory<C extends Circuit> implements Measure<C> {
    private static final double KIB_A_MIB = 1024;

    /** Of the lower number, at once in the warm-up: what it leaves behind must not hide what the first ones take. */
    private static final int WARM_UP_SHARE = 4;

    private static final Kind IDLE = new Kind("idlePair", "an idle pair");
    private static final Metric IDLE_PSS = new Metric("idlePairPssKib", "same by Pss", 2);
    private static final Kind AFTER_BULK = new Kind("bulkPair", "an idle pair after 64 KiB each way");
    private static final Kind PARTNER = new Kind("waiting", "a waiting peer");
    private static final Kind CALLERS = new Kind("listener", "an idle listener");
    private static final Kind ANSWER = new Kind("connector", "a waiting connector");
    private static final Metric BASE = new Metric("residentMibLow", "MiB at the lower number", 1);
    private static final Metric LOW = new Metric("pairsLow", "lower", 0);
    private static final Metric HIGH = new Metric("pairsHigh", "higher", 0);

    private final Numbers numbers;
    private final long descriptorLimit;
    private final Optional<Use<C>> use;

    /** What is held, with its two columns. */
    private record Kind(Metric resident, Metric live) {
        Kind(String key, String what) {
            this(new Metric(key + "Kib", "KiB " + what, 2), new Metric(key + "HeapKib", "live heap of it", 2));
        }

        List<Figure> figures(Slope slope) {
            Figure rss = resident.of(slope.rssKib());
            return slope.top().heapKib() == 0 ? List.of(rss) : List.of(rss, live.of(slope.heapKib()));
        }
    }

    /**
     * How many.
     *
     * @param low at least 1
     * @param high above {@code low}; where descriptors do not suffice, both shrink in proportion
     * @param warmUps set-ups before the first reading, so that loading and compiling code is not taken for the price of pairs:
     *     as many as make the JIT settle
     */
    public record Numbers(int low, int high, int warmUps) {}

    /** What is done with pairs before they are left idle. */
    @FunctionalInterface
    public interface Use<C> {
        void of(List<C> pairs) throws IOException;
    }

    /** A load that is held while memory is read. */
    @FunctionalInterface
    private interface Load<C extends Circuit, H extends Held> {
        Pairs<H> open(RunningRelay<C> relay, int count) throws IOException;
    }

    /**
     * The measure.
     *
     * @param descriptorLimit of this process and of those it starts
     * @param use if idle pairs are to be measured after some use, too
     */
    public Memory(Numbers numbers, long descriptorLimit, Optional<Use<C>> use) {
        this.numbers = numbers;
        this.descriptorLimit = descriptorLimit;
        this.use = use;
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String about() {
        return "Slope of the relay's resident memory between two numbers of idle pairs (one byte each way) or waiting peers,"
                + " after garbage collections where it is a JVM; kernel memory is not in it. The slope is less than what each takes where"
                + " the process had memory to spare at the lower number; the live heap of a JVM does not depend on that.";
    }

    @Override
    public List<Metric> metrics() {
        var all = new ArrayList<Metric>();
        for (Kind kind : List.of(IDLE, AFTER_BULK, PARTNER, CALLERS, ANSWER)) {
            all.addAll(List.of(kind.resident(), kind.live()));
        }
        all.addAll(List.of(IDLE_PSS, BASE, LOW, HIGH));
        return all;
    }

    @Override
    public boolean appliesTo(Contestant<C> contestant) {
        return contestant.isRelay() && !contestant.isVariant();
    }

    @Override
    public Optional<String> restriction(Contestant<C> contestant) {
        int highest = highest(contestant);
        return highest == numbers.high()
                ? Optional.empty()
                : Optional.of("memory is measured up to " + highest + " pairs instead of " + numbers.high()
                        + ", for want of descriptors (see ulimit -Hn)");
    }

    /** What the higher number is here: fewer than asked if descriptors do not suffice. */
    private int highest(Contestant<C> contestant) {
        // Both outer ends of a pair are in this process, so it needs two descriptors for each as well.
        int here = (int) Math.min(Integer.MAX_VALUE, (descriptorLimit - 1_000) / 2);
        return Math.min(numbers.high(), Math.min(here, contestant.pairsWithin(descriptorLimit)));
    }

    @Override
    public List<Figure> run(Contestant<C> contestant) throws IOException {
        int more = highest(contestant);
        int fewer = (int) ((long) numbers.low() * more / numbers.high());
        Slope idle = slope(contestant, fewer, more, pairs(Optional.empty()));
        var figures = new ArrayList<Figure>();
        figures.addAll(IDLE.figures(idle));
        figures.add(IDLE_PSS.of(idle.pssKib()));
        figures.add(BASE.of(idle.base().use().rssKib() / KIB_A_MIB));
        figures.add(LOW.of(fewer));
        figures.add(HIGH.of(more));
        if (contestant.waits().isEmpty()) {
            return figures;
        }
        if (use.isPresent()) {
            figures.addAll(AFTER_BULK.figures(slope(contestant, fewer, more, pairs(use))));
        }
        for (WaitingRole role : contestant.waits()) {
            figures.addAll(kind(role).figures(slope(contestant, fewer, more, waiting(role))));
        }
        return figures;
    }

    private static Kind kind(WaitingRole role) {
        return switch (role) {
            case PARTNER -> PARTNER;
            case CALLERS -> CALLERS;
            case ANSWER -> ANSWER;
        };
    }

    /** A reading at one number; {@code heapKib} is 0 where there is no JVM. */
    private record Reading(MemoryUse use, long heapKib) {
        static Reading of(RelayProcess process) throws IOException {
            MemoryUse use = Settled.memory(process);
            process.collectGarbage();
            return new Reading(use, process.usedHeapKib());
        }
    }

    private record Slope(Reading base, Reading top, int steps) {
        double rssKib() {
            return (double) (top.use().rssKib() - base.use().rssKib()) / steps;
        }

        double pssKib() {
            return (double) (top.use().pssKib() - base.use().pssKib()) / steps;
        }

        double heapKib() {
            return (double) (top.heapKib() - base.heapKib()) / steps;
        }
    }

    private <H extends Held> Slope slope(Contestant<C> contestant, int fewer, int more, Load<C, H> load)
            throws IOException {
        try (RunningRelay<C> relay = contestant.start()) {
            RelayProcess process = relay.process().orElseThrow();
            warmUp(relay, process);
            try (Pairs<H> first = load.open(relay, fewer)) {
                Reading base = Reading.of(process);
                try (Pairs<H> others = load.open(relay, more - fewer)) {
                    Reading top = Reading.of(process);
                    StillHeld.check(first.all());
                    StillHeld.check(others.all());
                    return new Slope(base, top, others.all().size());
                }
            }
        }
    }

    private Load<C, C> pairs(Optional<Use<C>> before) {
        return (relay, count) -> {
            Pairs<C> pairs = Pairs.open(count, relay::openPair);
            try {
                if (before.isPresent()) {
                    before.get().of(pairs.all());
                }
                return pairs;
            } catch (IOException e) {
                pairs.close();
                throw e;
            }
        };
    }

    private Load<C, Held> waiting(WaitingRole role) {
        return (relay, count) -> {
            var lobby = (RunningLobby<C>) relay;
            return Pairs.open(count, slot -> lobby.openWaiting(role, slot));
        };
    }

    /** With pairs, whatever is measured: those that wait may outlive their connections where nobody looks after them. */
    private void warmUp(RunningRelay<C> relay, RelayProcess process) throws IOException {
        int atOnce = Math.max(1, numbers.low() / WARM_UP_SHARE);
        for (int done = 0; done < numbers.warmUps(); done += atOnce) {
            Pairs.open(Math.min(atOnce, numbers.warmUps() - done), relay::openPair)
                    .close();
        }
        Settled.awaitIdle(process);
    }
}
