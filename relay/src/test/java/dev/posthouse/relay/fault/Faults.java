package dev.posthouse.relay.fault;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One fault: which call it hits, the how-many-th, and what then happens. Every other call goes through. Any thread. */
public final class Faults {

    /** The calls that can be hit. */
    public enum Call {
        MATCH,
        MEET,
        ANNOUNCE,
        FIND,
        WITHDRAW,
        WATCH,
        RELEASE,
        JOIN
    }

    /** What happens instead of the call, or before it. */
    public enum Kind {
        /** A {@link RuntimeException}. */
        EXCEPTION,
        /** An {@link OutOfMemoryError}. */
        MEMORY,
        /** An {@link AssertionError}. */
        ASSERTION,
        /** The call is made late. */
        DELAY,
        /** The call works, and what it began is over at once. For {@link Call#WATCH} and {@link Call#JOIN}. */
        END
    }

    private static final long DELAY_NANOS = 20_000_000;

    private final Call call;
    private final int number;
    private final Kind kind;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean hit;

    /** @param number which of those calls: 1 is the first */
    public Faults(Call call, int number, Kind kind) {
        this.call = call;
        this.number = number;
        this.kind = kind;
    }

    /**
     * Which of all that a test could try an ordinary build tries: every fourth, which is every call, and every kind with one number
     * or other; {@code -Dposthouse.faults=all} for all of them.
     */
    public static Stream<Faults> chosen(List<Faults> all) {
        int step = System.getProperty("posthouse.faults", "").equals("all") ? 1 : 4;
        return IntStream.range(0, all.size()).filter(i -> i % step == 0).mapToObj(all::get);
    }

    /** No fault at all. */
    public static Faults none() {
        return new Faults(Call.JOIN, 0, Kind.EXCEPTION);
    }

    /** Whether it has happened. */
    public boolean hit() {
        return hit;
    }

    /** Whether what the call begins is to end at once; throws, or waits, if that is what is to happen. */
    boolean strike(Call made) {
        if (made != call || calls.incrementAndGet() != number) {
            return false;
        }
        hit = true;
        switch (kind) {
            case EXCEPTION -> throw new IllegalStateException("injected into " + call);
            case MEMORY -> throw new OutOfMemoryError("injected into " + call);
            case ASSERTION -> throw new AssertionError("injected into " + call);
            case DELAY -> LockSupport.parkNanos(DELAY_NANOS);
            case END -> {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return kind + " at " + call + " number " + number;
    }
}
