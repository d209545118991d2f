package dev.posthouse.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * One line on a terminal, drawn twice a second: bytes, rate, time, and how much is left of a file that is sent.
 *
 * <p>A virtual thread draws until {@link #close}, which any thread may call, a shutdown hook too.
 */
final class Progress implements AutoCloseable {

    private static final long INTERVAL_MILLIS = 500;
    private static final long SECOND_NANOS = 1_000_000_000;

    /** What is to be sent, where nobody knows how much that is. */
    private static final long UNKNOWN = 0;

    private final Talk talk;
    private final LongSupplier sent;
    private final LongSupplier received;
    private final long toSend;
    private final Thread drawing;

    private Progress(Talk talk, LongSupplier sent, LongSupplier received, long toSend) {
        this.talk = talk;
        this.sent = sent;
        this.received = received;
        this.toSend = toSend;
        this.drawing = Thread.ofVirtual().name("posthouse-progress").unstarted(this::draw);
    }

    /** Starts drawing if there is somebody to see it. */
    static Progress start(Talk talk, Terminal terminal, Pipe pipe) {
        return start(talk, terminal, pipe::sent, pipe::received, size(FileDescriptor.in));
    }

    /**
     * The same.
     *
     * @param sent bytes so far; called by the drawing thread, like {@code received}
     * @param toSend how much there is to send in all, or 0 if nobody knows
     */
    static Progress start(Talk talk, Terminal terminal, LongSupplier sent, LongSupplier received, long toSend) {
        var progress = new Progress(talk, sent, received, toSend);
        // If output is a terminal too, the peer's bytes are what is to be seen.
        if (talk.mayDraw(terminal) && !terminal.out()) {
            progress.drawing.start();
        }
        return progress;
    }

    /** The bytes between the position and the end of an open file; {@link #UNKNOWN} of what is no regular file. */
    @SuppressWarnings("resource") // The descriptor is the caller's.
    static long size(FileDescriptor descriptor) {
        FileChannel file = new FileInputStream(descriptor).getChannel();
        try {
            // A pipe, a socket and a terminal have no position; a device has one, but no size.
            return Math.max(UNKNOWN, file.size() - file.position());
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    private void draw() {
        long start = System.nanoTime();
        long before = 0;
        try {
            while (true) {
                Thread.sleep(INTERVAL_MILLIS);
                long there = sent.getAsLong();
                long here = received.getAsLong();
                long rate = (there + here - before) * 1_000 / INTERVAL_MILLIS;
                talk.draw(line(there, here, toSend, rate, (System.nanoTime() - start) / SECOND_NANOS));
                before = there + here;
            }
        } catch (InterruptedException e) {
            talk.erase();
        }
    }

    /**
     * The line.
     *
     * @param toSend how much there is to send in all, or {@link #UNKNOWN}
     * @param rate bytes a second, both directions together
     */
    static String line(long sent, long received, long toSend, long rate, long seconds) {
        boolean known = toSend > UNKNOWN && sent <= toSend;
        var line = new StringBuilder("sent ").append(size(sent));
        if (known) {
            line.append(" of ")
                    .append(size(toSend))
                    .append(String.format(Locale.ROOT, " (%d %%)", percent(sent, toSend)));
        }
        line.append(", received ")
                .append(size(received))
                .append(", ")
                .append(size(rate))
                .append("/s, ")
                .append(seconds)
                .append(" s");
        // Where the peer sends too, the rate is not that of the file.
        if (known && received == 0 && sent > 0 && seconds > 0) {
            line.append(", ").append(left(sent, toSend, seconds)).append(" s left");
        }
        return line.toString();
    }

    private static long percent(long sent, long toSend) {
        return (long) (100.0 * sent / toSend);
    }

    /** At the average rate so far, which is calmer than that of the last half second. */
    private static long left(long sent, long toSend, long seconds) {
        return (long) Math.ceil((double) (toSend - sent) * seconds / sent);
    }

    private static String size(long bytes) {
        if (bytes < 1_000) {
            return bytes + " B";
        }
        double value = bytes;
        String unit = "B";
        for (String next : new String[] {"kB", "MB", "GB", "TB"}) {
            if (value < 1_000) {
                break;
            }
            value /= 1_000;
            unit = next;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, unit);
    }

    /** Ends the drawing and clears the line: when it returns nothing is drawn any more. May be called again. */
    @Override
    public void close() {
        drawing.interrupt();
        try {
            drawing.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
