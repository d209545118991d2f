package dev.posthouse.interop.soak;

import dev.posthouse.interop.soak.Mix.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets visits come to the relay one after the other, each on a thread of its own. Which comes next, when, and all that is random in
 * it follows from the seed; a machine that is too slow for the rate lets fewer come, and none of them is late for anything. One thread
 * runs phases; anybody may read.
 */
final class Load {

    /** More than ever are there if all goes well: what piles up behind a relay that hangs must end somewhere. */
    private static final int MOST_AT_ONCE = 500;

    /** A visit that waits for something of the relay's has it within half a minute; the rest is for a busy machine. */
    private static final Duration LONGEST_END = Duration.ofMinutes(3);

    /** So that what waits for a limit of the relay's reaches most of them. */
    private static final Duration EACH = Duration.ofSeconds(5);

    /** After so many it is known that something is wrong. */
    private static final int ENOUGH_FAILURES = 20;

    private final Visit.Ground ground;
    private final SplittableRandom random;
    private final Semaphore places = new Semaphore(MOST_AT_ONCE);
    private final Map<Long, RunningVisit> running = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> done = new ConcurrentHashMap<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private long number;

    private record RunningVisit(Kind kind, Visit visit) {}

    Load(Visit.Ground ground, long seed) {
        this.ground = ground;
        this.random = new SplittableRandom(seed);
    }

    /** Visits that have failed, each with what was wrong. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** How many visits of each kind came to their end. */
    Map<String, Long> done() {
        var counts = new TreeMap<String, Long>();
        done.forEach((name, count) -> counts.put(name, count.get()));
        return counts;
    }

    /** Lets them come for that time, and waits until the last of them has ended. */
    void run(Duration time) throws InterruptedException {
        var phase = new Phase();
        long start = System.nanoTime();
        double at = 0;
        while (failures.size() < ENOUGH_FAILURES) {
            at += Mix.gap(random);
            if (at > time.toMillis() / 1e3) {
                break;
            }
            Kind kind = Mix.draw(random);
            long seed = random.nextLong();
            long early = start + (long) (at * 1e9) - System.nanoTime();
            if (early > 0) {
                LockSupport.parkNanos(early);
            }
            begin(phase, kind, seed);
        }
        drain(phase);
    }

    /** Lets one of each kind come, and waits until the last of them has ended. */
    void each() throws InterruptedException {
        var phase = new Phase();
        for (Kind kind : Mix.KINDS) {
            begin(phase, kind, random.nextLong());
        }
        phase.pause(EACH);
        drain(phase);
    }

    private void drain(Phase phase) throws InterruptedException {
        phase.end();
        if (!places.tryAcquire(MOST_AT_ONCE, LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)) {
            running.forEach((at1, one) ->
                    failures.add("visit " + at1 + " (" + one.kind().name() + ") does not end"));
            running.values().forEach(one -> one.visit().end());
            throw new AssertionError("visits that do not end: "
                    + running.values().stream().map(one -> one.kind().name()).toList());
        }
        places.release(MOST_AT_ONCE);
    }

    private void begin(Phase phase, Kind kind, long seed) throws InterruptedException {
        places.acquire();
        long mine = ++number;
        var visit = new Visit(ground, phase, mine, seed);
        running.put(mine, new RunningVisit(kind, visit));
        Thread.ofVirtual().name("visit " + mine).start(() -> {
            try (visit) {
                kind.course().run(visit);
                done.computeIfAbsent(kind.name(), name -> new AtomicLong()).incrementAndGet();
            } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
                failures.add("visit " + mine + " (" + kind.name() + "): " + e);
            } finally {
                running.remove(mine);
                places.release();
            }
        });
    }
}
