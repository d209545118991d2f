package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.contestant.Pair;
import dev.posthouse.bench.contestant.Pairs;
import dev.posthouse.bench.contestant.RunningLobby;
import dev.posthouse.bench.contestant.RunningRelay;
import dev.posthouse.bench.process.MemoryUse;
import dev.posthouse.bench.process.RelayProcess;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * What a relay holds in memory for each idle pair and each waiting peer: the slope of its resident memory between a lower
 * and a higher number of them, each load in a fresh process.
 */
public final class Memory implements Measure {
    private static final double KIB_A_MIB = 1024;

    /**
     * Before the first reading, so that loading and compiling code is not taken for the price of pairs: as many set-ups
     * as make the JIT settle, with never more than {@link #WARM_UP_PAIRS} at once, far below the lower number.
     */
    private static final int WARM_UPS = 12;

    private static final int WARM_UP_PAIRS = 500;

    private static final Metric IDLE = new Metric("idlePairKib", "KiB an idle pair", 2);
    private static final Metric IDLE_PSS = new Metric("idlePairPssKib", "same by Pss", 2);
    private static final Metric AFTER_BULK = new Metric("bulkPairKib", "KiB an idle pair after 64 KiB each way", 2);
    private static final Metric WAITING = new Metric("waitingKib", "KiB a waiting peer", 2);
    private static final Metric BASE = new Metric("residentMibLow", "MiB at the lower number", 1);
    private static final Metric LOW = new Metric("pairsLow", "lower", 0);
    private static final Metric HIGH = new Metric("pairsHigh", "higher", 0);

    private final int low;
    private final int high;
    private final long descriptorLimit;

    /**
     * @param low at least 1
     * @param high above {@code low}; where descriptors do not suffice, both shrink in proportion
     * @param descriptorLimit of this process and of those it starts
     */
    public Memory(int low, int high, long descriptorLimit) {
        this.low = low;
        this.high = high;
        this.descriptorLimit = descriptorLimit;
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String about() {
        return "Slope of the relay's resident memory between two numbers of idle pairs (one byte each way) or waiting peers,"
                + " after garbage collections where it is a JVM; kernel memory is not in it.";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(IDLE, IDLE_PSS, AFTER_BULK, WAITING, BASE, LOW, HIGH);
    }

    @Override
    public boolean appliesTo(Contestant contestant) {
        return contestant.isRelay();
    }

    /** How many pairs of {@code contestant} the higher number is here: fewer than asked if descriptors do not suffice. */
    public int highest(Contestant contestant) {
        // Both outer ends of a pair are in this process, so it needs two descriptors for each as well.
        int here = (int) Math.min(Integer.MAX_VALUE, (descriptorLimit - 1_000) / 2);
        return Math.min(high, Math.min(here, contestant.pairsWithin(descriptorLimit)));
    }

    @Override
    public List<Figure> run(Contestant contestant) throws IOException {
        int more = highest(contestant);
        int fewer = (int) ((long) low * more / high);
        Slope idle = pairSlope(contestant, fewer, more, false);
        var figures = new ArrayList<Figure>();
        figures.add(IDLE.of(idle.rssKib()));
        figures.add(IDLE_PSS.of(idle.pssKib()));
        figures.add(BASE.of(idle.base().rssKib() / KIB_A_MIB));
        figures.add(LOW.of(fewer));
        figures.add(HIGH.of(more));
        if (contestant.hasLobby()) {
            figures.add(AFTER_BULK.of(pairSlope(contestant, fewer, more, true).rssKib()));
            figures.add(WAITING.of(waitingSlope(contestant, fewer, more).rssKib()));
        }
        return figures;
    }

    private record Slope(MemoryUse base, MemoryUse top, int steps) {
        double rssKib() {
            return (double) (top.rssKib() - base.rssKib()) / steps;
        }

        double pssKib() {
            return (double) (top.pssKib() - base.pssKib()) / steps;
        }
    }

    private static Slope pairSlope(Contestant contestant, int fewer, int more, boolean bulk) throws IOException {
        try (RunningRelay relay = contestant.start()) {
            RelayProcess process = relay.process().orElseThrow();
            warmUp(relay::openPair, process);
            try (Pairs<Pair> first = openUsed(relay, fewer, bulk)) {
                MemoryUse base = Settled.memory(process);
                try (Pairs<Pair> others = openUsed(relay, more - fewer, bulk)) {
                    return new Slope(base, Settled.memory(process), others.all().size());
                }
            }
        }
    }

    private static Pairs<Pair> openUsed(RunningRelay relay, int count, boolean bulk) throws IOException {
        Pairs<Pair> pairs = Pairs.open(count, relay::openPair);
        try {
            if (bulk) {
                BulkExchange.bothWays(pairs.all());
            }
            return pairs;
        } catch (IOException e) {
            pairs.close();
            throw e;
        }
    }

    private static Slope waitingSlope(Contestant contestant, int fewer, int more) throws IOException {
        try (RunningLobby relay = (RunningLobby) contestant.start()) {
            RelayProcess process = relay.process().orElseThrow();
            warmUp(slot -> relay.openWaiting(), process);
            try (Pairs<SocketChannel> first = Pairs.open(fewer, slot -> relay.openWaiting())) {
                MemoryUse base = Settled.memory(process);
                try (Pairs<SocketChannel> others = Pairs.open(more - fewer, slot -> relay.openWaiting())) {
                    MemoryUse top = Settled.memory(process);
                    StillWaiting.check(first.all());
                    StillWaiting.check(others.all());
                    return new Slope(base, top, others.all().size());
                }
            }
        }
    }

    private static <C extends Closeable> void warmUp(Pairs.Opener<C> opener, RelayProcess process) throws IOException {
        for (int i = 0; i < WARM_UPS; i++) {
            Pairs.open(WARM_UP_PAIRS, opener).close();
        }
        Settled.awaitIdle(process);
    }
}
