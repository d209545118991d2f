package dev.posthouse.daemon.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Takes lines from any thread without ever blocking it, and writes them on a thread of its own: whoever reads the log may
 * be slow or stuck, and the relay goes on. Lines that find no room are counted, and the count is written.
 */
final class LineWriter implements AutoCloseable {

    /** Some megabytes at most: more than a burst of events, and bounded. */
    static final int ROOM = 8_192;

    /** For what is still to be written at the end. */
    private static final Duration LAST_LINES = Duration.ofSeconds(1);

    /**
     * After the last line that is there. A thread that waits in the queue is woken for each line, at the cost of whoever
     * logs it; this way once for all lines of such a while, which nobody who reads a log notices.
     */
    private static final Duration REST = Duration.ofMillis(5);

    /** One line, or the end. */
    private record Line(String text, boolean last) {}

    private final BlockingQueue<Line> lines = new ArrayBlockingQueue<>(ROOM);
    private final AtomicLong lost = new AtomicLong();
    private final Consumer<String> sink;
    private final LongFunction<String> lostLine;
    private final Thread thread;
    // When the lines that are left are only counted; far away until it is closed.
    private volatile long giveUp;
    private volatile boolean closing;

    /**
     * Starts the thread.
     *
     * @param sink gets each line, without a line feed, on one thread
     * @param lostLine the line to write for so many lost ones
     */
    LineWriter(Consumer<String> sink, LongFunction<String> lostLine) {
        this.sink = sink;
        this.lostLine = lostLine;
        this.thread = Thread.ofPlatform().name("posthouse-log").daemon().start(this::writeAll);
    }

    /** Writes a line soon, or counts it as lost. */
    void write(String text) {
        if (!lines.offer(new Line(text, false))) {
            lost.incrementAndGet();
        }
    }

    private void writeAll() {
        try {
            while (true) {
                Line line = lines.take();
                if (isTimeOver()) {
                    countTheRest(line);
                    return;
                }
                if (!line.last()) {
                    pass(line.text());
                }
                long missing = line.last() || lines.isEmpty() ? lost.getAndSet(0) : 0;
                if (missing > 0) {
                    pass(lostLine.apply(missing));
                }
                if (line.last()) {
                    return;
                }
                if (lines.isEmpty()) {
                    LockSupport.parkNanos(REST.toNanos());
                }
            }
        } catch (InterruptedException e) {
            // Nobody interrupts it but who wants it to end.
        }
    }

    /** Whether it was closed, and what is left is only counted. */
    boolean isTimeOver() {
        return closing && System.nanoTime() - giveUp > 0;
    }

    /** What a slow reader has left no time for: the last thing that it gets is how many there were. */
    private void countTheRest(Line line) {
        var rest = new ArrayList<Line>();
        rest.add(line);
        lines.drainTo(rest);
        long missing =
                lost.getAndSet(0) + rest.stream().filter(one -> !one.last()).count();
        if (missing > 0) {
            pass(lostLine.apply(missing));
        }
    }

    private void pass(String line) {
        try {
            sink.accept(line);
        } catch (RuntimeException e) {
            // A log that cannot be written has no place to say so.
        }
    }

    /**
     * Writes what is there, for a second at most, and the number of the lines that are left then; ends after three seconds even
     * if the reader is stuck. Lines that come later are dropped.
     */
    @Override
    public void close() {
        giveUp = System.nanoTime() + LAST_LINES.toNanos();
        closing = true;
        try {
            lines.offer(new Line("", true), LAST_LINES.toNanos(), TimeUnit.NANOSECONDS);
            thread.join(LAST_LINES.multipliedBy(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
