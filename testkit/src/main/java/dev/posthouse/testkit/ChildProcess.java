package dev.posthouse.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A program that a test has started. What it says is kept line by line; every wait is bounded and fails with all that was
 * said. Closing it ends it, asked first and killed then, with those that it started: it cannot outlive the test.
 *
 * <p>Thread-safe: what was said is guarded by this. Two daemon threads read standard output and error until they end.
 */
public final class ChildProcess implements AutoCloseable {

    /** Long past anything that a program here may take: a busy machine is no failure. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** For a program that was asked to end. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    /** Which of the two. */
    public enum Output {
        OUT,
        ERR
    }

    private final String name;
    private final Process process;
    private final List<String> out = new ArrayList<>();
    private final List<String> err = new ArrayList<>();
    private final List<Thread> readers;
    private int openOutputs = 2;

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.readers =
                List.of(reader("out", process.getInputStream(), out), reader("err", process.getErrorStream(), err));
    }

    /** What to start: the program and its arguments. Input is empty and output is kept unless something else is said. */
    public static Builder of(List<String> command) {
        return new Builder(command);
    }

    private Thread reader(String which, InputStream from, List<String> into) {
        return Thread.ofPlatform().daemon().name("child-" + which + " " + name).start(() -> read(from, into));
    }

    private void read(InputStream from, List<String> into) {
        try (var reader = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
            String line = reader.readLine();
            while (line != null) {
                synchronized (this) {
                    into.add(line);
                    notifyAll();
                }
                line = reader.readLine();
            }
        } catch (IOException e) {
            // Closed under us: the process is over.
        } finally {
            synchronized (this) {
                openOutputs--;
                notifyAll();
            }
        }
    }

    /** What was said so far. */
    public synchronized List<String> lines(Output which) {
        return List.copyOf(which == Output.OUT ? out : err);
    }

    /**
     * Waits for a line.
     *
     * @param what names it in the failure
     * @return the first that fits, said already or later
     * @throws AssertionError if it does not come, or the program ends without it
     */
    public String awaitLine(Output which, Predicate<String> fits, String what) {
        return awaitLine(which, fits, what, PATIENCE);
    }

    /** The same for what takes longer than usual. */
    public synchronized String awaitLine(Output which, Predicate<String> fits, String what, Duration patience) {
        long giveUp = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<String> found = lines(which).stream().filter(fits).findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            long left = TimeUnit.NANOSECONDS.toMillis(giveUp - System.nanoTime());
            if (openOutputs == 0 || left <= 0) {
                throw new AssertionError(name + " never said: " + what + everything());
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for " + what + everything(), e);
            }
        }
    }

    /**
     * Waits for its end, and for the end of all that it said.
     *
     * @return the exit status
     */
    public int awaitExit() {
        return awaitExit(PATIENCE);
    }

    /** The same for what takes longer than usual. */
    public int awaitExit(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + " does not end" + everything());
            }
            for (Thread reader : readers) {
                reader.join(PATIENCE);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the end of " + name + everything(), e);
        }
    }

    /** Its number. */
    public long pid() {
        return process.pid();
    }

    /** Whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Where its standard input comes from, if the builder left that open. */
    public OutputStream input() {
        return process.getOutputStream();
    }

    /** SIGTERM. What it says afterwards is still read; {@link Process#destroy()} would have its last words kill it. */
    public void terminate() {
        process.toHandle().destroy();
    }

    /** SIGKILL. */
    public void kill() {
        process.toHandle().destroyForcibly();
    }

    /** All that it said, for a failure's message. */
    public synchronized String everything() {
        return "\n--- " + name + (process.isAlive() ? ", running" : ", ended with " + process.exitValue())
                + "\n--- out\n" + String.join("\n", out) + "\n--- err\n" + String.join("\n", err);
    }

    @Override
    public void close() {
        List<ProcessHandle> started = process.descendants().toList();
        try {
            terminate();
            if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
            process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
            // They may hold its outputs open.
            started.forEach(ProcessHandle::destroyForcibly);
            for (Thread reader : readers) {
                reader.join(GRACE);
            }
            process.getOutputStream().close();
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // Its input was closed at the other end.
        }
    }

    /** Collects how to start it. */
    public static final class Builder {
        private final ProcessBuilder builder;
        private boolean inputOpen;

        private Builder(List<String> command) {
            // A build under nohup, or in the background of a script, ignores signals that tests send.
            builder = new ProcessBuilder(DefaultSignals.command(command));
        }

        /** Gives it a file to read. */
        public Builder input(Path file) {
            builder.redirectInput(file.toFile());
            inputOpen = true;
            return this;
        }

        /** Leaves its input open, to be written to or never. */
        public Builder inputOpen() {
            inputOpen = true;
            return this;
        }

        /** Has standard output written to a file. */
        public Builder output(Path file) {
            builder.redirectOutput(file.toFile());
            return this;
        }

        /** Sets a variable of its environment. */
        public Builder environment(String name, String value) {
            builder.environment().put(name, value);
            return this;
        }

        /** Starts it. */
        public ChildProcess start() throws IOException {
            Process process = builder.start();
            if (!inputOpen) {
                process.getOutputStream().close();
            }
            return new ChildProcess(
                    Path.of(builder.command().getFirst()).getFileName() + " "
                            + String.join(
                                    " ",
                                    builder.command()
                                            .subList(1, builder.command().size())),
                    process);
        }
    }
}
