package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Circuit;
import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.contestant.Pairs;
import dev.posthouse.bench.contestant.RunningRelay;
import dev.posthouse.bench.process.MemoryUse;
import dev.posthouse.bench.process.RelayProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One client sends to two others, of which one reads nothing: what the other one still gets, beside what it gets before and
 * after.
 */
public final class Fairness<C extends Circuit> implements Measure<C> {
    private static final double MEGA = 1e6;
    private static final double NANOS_A_SECOND = 1e9;
    private static final double KIB_A_MIB = 1024;
    private static final double PERCENT = 100;

    /** In which a sender that has nowhere to send to moves nothing. */
    private static final Duration STALLED = Duration.ofMillis(400);

    /** Buffers of four sockets and a relay are full long before. */
    private static final int MOST_LOOKS = 25;

    private static final Metric ALONE = new Metric("megabytesASecondAlone", "MB/s alone", 1);
    private static final Metric BESIDE = new Metric("megabytesASecondBeside", "MB/s beside a stalled one", 1);
    private static final Metric SHARE = new Metric("besidePercent", "% of alone", 1);
    private static final Metric TAKEN = new Metric("stalledMegabytes", "MB taken for the stalled one", 2);
    private static final Metric RSS_BEFORE = new Metric("residentMibBefore", "MiB before", 1);
    private static final Metric RSS_BESIDE = new Metric("residentMibBeside", "MiB beside", 1);

    private final Duration window;

    /** @param window for each of the three readings: before, beside and after */
    public Fairness(Duration window) {
        this.window = window;
    }

    @Override
    public String name() {
        return "fairness";
    }

    @Override
    public String about() {
        return "One client sends to two, of which one reads nothing: what the other one gets in "
                + window.toMillis() / 1000.0
                + " s beside the stalled one, and alone (mean of before and after); resident memory of the relay with its"
                + " garbage.";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(ALONE, BESIDE, SHARE, TAKEN, RSS_BEFORE, RSS_BESIDE);
    }

    @Override
    public boolean appliesTo(Contestant<C> contestant) {
        return contestant.isRelay() && !contestant.isVariant();
    }

    @Override
    public List<Figure> run(Contestant<C> contestant) throws IOException {
        var slowEnded = new AtomicBoolean();
        var fastEnded = new AtomicBoolean();
        var received = new AtomicLong();
        var stuck = new AtomicLong();
        // Closed in the reverse order: the tasks end because their circuits are closed.
        try (var tasks = new Tasks<Void>();
                RunningRelay<C> relay = contestant.start();
                Pairs<C> circuits = Pairs.open(2, relay::openPair)) {
            RelayProcess process = relay.process().orElseThrow();
            C fast = circuits.all().getFirst();
            C slow = circuits.all().getLast();
            tasks.start(Transfer.receiving(fast, received, fastEnded::get));
            tasks.start(Transfer.sending(fast, new AtomicLong(), fastEnded::get));
            Pause.of(contestant.warmUp());
            double before = megabytesASecond(received);
            MemoryUse memoryBefore = process.memory();

            tasks.start(Transfer.sending(slow, stuck, slowEnded::get));
            awaitStalled(stuck);
            double beside = megabytesASecond(received);
            MemoryUse memoryBeside = process.memory();

            slowEnded.set(true);
            slow.abort();
            double after = megabytesASecond(received);
            fastEnded.set(true);
            fast.abort();
            tasks.results();
            double alone = (before + after) / 2;
            return List.of(
                    ALONE.of(alone),
                    BESIDE.of(beside),
                    SHARE.of(beside / alone * PERCENT),
                    TAKEN.of(stuck.getAcquire() / MEGA),
                    RSS_BEFORE.of(memoryBefore.rssKib() / KIB_A_MIB),
                    RSS_BESIDE.of(memoryBeside.rssKib() / KIB_A_MIB));
        }
    }

    private double megabytesASecond(AtomicLong counter) throws IOException {
        long begin = System.nanoTime();
        long bytes = counter.getAcquire();
        Pause.of(window);
        return (counter.getAcquire() - bytes) / MEGA * NANOS_A_SECOND / (System.nanoTime() - begin);
    }

    private static void awaitStalled(AtomicLong sent) throws IOException {
        long before = -1;
        for (int look = 0; look < MOST_LOOKS; look++) {
            Pause.of(STALLED);
            long now = sent.getAcquire();
            if (now == before) {
                return;
            }
            before = now;
        }
        throw new IOException("the relay still takes bytes for somebody who reads none: " + before + " so far");
    }
}
