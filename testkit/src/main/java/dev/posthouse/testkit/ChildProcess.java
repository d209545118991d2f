package dev.posthouse.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A process of a test. Its output is collected line by line, so that it never blocks on a full pipe; every wait is
 * bounded; and closing it ends it and those it started, so that it cannot outlive the test.
 *
 * <p>A server is started on port 0 and says which port it got: {@link #waitFor(Function, Duration)} finds it in its
 * output, and there is no search for a free port that another process could take meanwhile. Thread-safe.
 */
public final class ChildProcess implements AutoCloseable {

    /** How long a process may take to end when it is asked to, and then when it is killed. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final String name;
    private final Process process;
    private final Thread outReader;
    private final Thread errReader;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Guarded by {@link #lock}. */
    private final List<String> out = new ArrayList<>();

    /** Guarded by {@link #lock}. */
    private final List<String> err = new ArrayList<>();

    /** Guarded by {@link #lock}: everything in the order in which it came. */
    private final List<String> both = new ArrayList<>();

    /** Guarded by {@link #lock}: how many of the two readers are still reading. */
    private int reading = 2;

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.outReader = Thread.ofVirtual()
                .name(name + " stdout")
                .start(() -> collect(process.inputReader(StandardCharsets.UTF_8), out));
        this.errReader = Thread.ofVirtual()
                .name(name + " stderr")
                .start(() -> collect(process.errorReader(StandardCharsets.UTF_8), err));
    }

    /**
     * Starts a process.
     *
     * @param directory where it runs
     * @param environment added to this process's own
     * @param command and its arguments
     */
    public static ChildProcess start(Path directory, Map<String, String> environment, List<String> command)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        return new ChildProcess(Path.of(command.getFirst()).getFileName().toString(), builder.start());
    }

    /** The process's number. */
    public long pid() {
        return process.pid();
    }

    /** What it reads; closing it is the end of its input. */
    public OutputStream input() {
        return process.getOutputStream();
    }

    /** Its standard output so far, without an unfinished last line. */
    public List<String> out() {
        return copy(out);
    }

    /** Its standard error so far, without an unfinished last line. */
    public List<String> err() {
        return copy(err);
    }

    /**
     * Waits for a line of either output, those that came before included.
     *
     * @return the first such line
     * @throws AssertionError if its output ended or the time passed without one; shows all output
     */
    public String waitForLine(Predicate<String> wanted, Duration limit) {
        return waitFor(line -> wanted.test(line) ? Optional.of(line) : Optional.empty(), limit);
    }

    /**
     * Waits for a line of either output that something can be made of, such as the port it listens on.
     *
     * @return what the first such line gave
     * @throws AssertionError if its output ended or the time passed without one; shows all output
     */
    public <T> T waitFor(Function<String, Optional<T>> wanted, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        lock.lock();
        try {
            for (int next = 0; ; next++) {
                while (next == both.size()) {
                    if (reading == 0) {
                        throw new AssertionError(describe("ended its output without the line that was waited for"));
                    }
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        throw new AssertionError(describe("did not write the line within " + limit.toMillis() + " ms"));
                    }
                    long _ = changed.awaitNanos(left);
                }
                Optional<T> found = wanted.apply(both.get(next));
                if (found.isPresent()) {
                    return found.get();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for its end and for the end of its output.
     *
     * @return its exit code
     * @throws AssertionError if it did not end in time; shows all output
     */
    public int waitForExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError(describe("did not end within " + limit.toMillis() + " ms"));
            }
            outReader.join(GRACE);
            errReader.join(GRACE);
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Asks it to end (SIGTERM where there is that). */
    public void terminate() {
        // not Process.destroy, which also closes the pipes: what it says last would be lost
        process.toHandle().destroy();
    }

    /** Ends it at once (SIGKILL where there is that). */
    public void kill() {
        process.toHandle().destroyForcibly();
    }

    /** Ends it, asked first and killed then, with those it started. */
    @Override
    public void close() {
        List<ProcessHandle> started = process.descendants().toList();
        try {
            terminate();
            if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
                process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
            }
            started.forEach(ProcessHandle::destroyForcibly);
            process.getOutputStream().close();
            outReader.join(GRACE);
            errReader.join(GRACE);
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // its input is gone with it
        }
    }

    private void collect(BufferedReader from, List<String> lines) {
        try (from) {
            for (String line = from.readLine(); line != null; line = from.readLine()) {
                lock.lock();
                try {
                    lines.add(line);
                    both.add(line);
                    changed.signalAll();
                } finally {
                    lock.unlock();
                }
            }
        } catch (IOException e) {
            // the process was ended
        } finally {
            lock.lock();
            try {
                reading--;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private List<String> copy(List<String> lines) {
        lock.lock();
        try {
            return List.copyOf(lines);
        } finally {
            lock.unlock();
        }
    }

    private String describe(String what) {
        return name + " (" + (process.isAlive() ? "running" : "exit code " + process.exitValue()) + ") " + what
                + "; its output:\n  " + String.join("\n  ", both);
    }
}
