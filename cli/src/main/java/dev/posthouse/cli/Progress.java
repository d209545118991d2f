package dev.posthouse.cli;

import java.util.Locale;

/** One line on a terminal, drawn twice a second: bytes, rate, time. */
final class Progress implements AutoCloseable {

    private static final long INTERVAL_MILLIS = 500;

    private final Thread drawing;
    private final Talk talk;

    private Progress(Talk talk, Pipe pipe) {
        this.talk = talk;
        this.drawing = Thread.ofVirtual().name("posthouse-progress").unstarted(() -> draw(pipe));
    }

    /** Starts drawing if there is somebody to see it. */
    static Progress start(Talk talk, Terminal terminal, Pipe pipe) {
        var progress = new Progress(talk, pipe);
        // If output is a terminal too, the peer's bytes are what is to be seen.
        if (talk.mayDraw(terminal) && !terminal.out()) {
            progress.drawing.start();
        }
        return progress;
    }

    private void draw(Pipe pipe) {
        long start = System.nanoTime();
        long before = 0;
        try {
            while (true) {
                Thread.sleep(INTERVAL_MILLIS);
                long now = pipe.sent() + pipe.received();
                talk.draw(String.format(
                        Locale.ROOT,
                        "sent %s, received %s, %s/s, %d s",
                        size(pipe.sent()),
                        size(pipe.received()),
                        size((now - before) * 1_000 / INTERVAL_MILLIS),
                        (System.nanoTime() - start) / 1_000_000_000));
                before = now;
            }
        } catch (InterruptedException e) {
            talk.draw("");
        }
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
