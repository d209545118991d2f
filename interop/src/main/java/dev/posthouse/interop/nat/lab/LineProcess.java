package dev.posthouse.interop.nat.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process that is told things on standard input and answers on standard output, a line each. Its standard error goes to
 * a file, the end of which says why it ended.
 *
 * <p>One thread talks to it; a daemon thread reads its output until that ends.
 */
public final class LineProcess implements AutoCloseable {

    /** After it was asked to end. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    /** Enough of an error output to see what went wrong. */
    private static final int TAIL = 600;

    /** Stands in the queue for the end of the output; no line has a line feed in it. */
    private static final String END = "\n";

    private final String name;
    private final Process process;
    private final Path errors;
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private LineProcess(String name, Process process, Path errors) {
        this.name = name;
        this.process = process;
        this.errors = errors;
        Thread.ofPlatform().daemon().name("lines of " + name).start(this::read);
    }

    /** The process has ended, or does not answer: it is of no further use. */
    public static final class Lost extends IOException {
        private Lost(String message) {
            super(message);
        }
    }

    /**
     * Starts one.
     *
     * @param name for messages
     * @param command program and arguments
     * @param errors where its standard error goes; overwritten
     */
    public static LineProcess start(String name, List<String> command, Path errors) throws IOException {
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        return new LineProcess(name, process, errors);
    }

    private void read() {
        try (var from = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = from.readLine();
            while (line != null) {
                lines.add(line);
                line = from.readLine();
            }
        } catch (IOException e) {
            // Closed under us: the process is over.
        } finally {
            lines.add(END);
        }
    }

    /**
     * Writes one line.
     *
     * @throws Lost if it does not take any more
     */
    public void tell(String line) throws Lost {
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new Lost(name + " has ended: " + errorTail());
        }
    }

    /**
     * Waits for the next line.
     *
     * @param limit how long
     * @throws Lost if it ends, or says nothing within {@code limit}
     * @throws InterruptedIOException if the thread is interrupted
     */
    public String answer(Duration limit) throws IOException {
        try {
            String line = lines.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (line == null) {
                throw new Lost(name + " said nothing for " + limit.toSeconds() + " s");
            }
            if (line.equals(END)) {
                lines.add(END);
                process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
                throw new Lost(name + " has ended: " + errorTail());
            }
            return line;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while waiting for " + name).initCause(e);
        }
    }

    private String errorTail() {
        try {
            String all = Files.readString(errors, StandardCharsets.UTF_8).strip();
            return all.length() <= TAIL ? all : all.substring(0, TAIL) + " …";
        } catch (IOException e) {
            return "(its error output cannot be read: " + e.getMessage() + ")";
        }
    }

    /** Ends it: by the end of its input, then asked, then killed. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It has ended already.
        }
        process.destroy();
        try {
            if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
