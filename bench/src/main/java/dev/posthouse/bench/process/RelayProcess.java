package dev.posthouse.bench.process;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One relay under measurement: a process and its descendants, as a launcher script may stand in front of the real one.
 *
 * <p>Any thread; {@link #close} may be called again and from any thread.
 */
public final class RelayProcess implements Closeable {
    /** Far above any start that was seen (a JVM on a busy machine: 1 s), so that only a relay that fails reaches it. */
    public static final Duration START_LIMIT = Duration.ofSeconds(20);

    /** Between two attempts to connect: the resolution of the start time. */
    private static final Duration CONNECT_INTERVAL = Duration.ofMillis(1);

    /** After a polite request to end; a server that drains its circuits does not get the time to. */
    private static final Duration END_LIMIT = Duration.ofSeconds(1);

    /** Enough of a log to see why a relay ended. */
    private static final int LOG_LINES = 5;

    private final String name;
    private final Process process;
    private final Path log;
    private final Consumer<RelayProcess> ended;
    private Duration startUp = Duration.ZERO;

    RelayProcess(String name, Process process, Path log, Consumer<RelayProcess> ended) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.ended = ended;
    }

    /** From the call that started the process to the first connection that it took. */
    public Duration startUp() {
        return startUp;
    }

    /** The process that was started; the one that relays may be a descendant of it. */
    public long pid() {
        return process.pid();
    }

    /**
     * User and system time so far, of this process and its living descendants, in seconds; steps of 10 ms.
     *
     * @throws IOException if it has ended
     */
    public double cpuSeconds() throws IOException {
        double sum = 0;
        for (long pid : pids()) {
            sum += ProcFile.cpuSeconds(pid);
        }
        return sum;
    }

    /**
     * What it holds in memory now, of this process and its living descendants.
     *
     * @throws IOException if it has ended
     */
    public MemoryUse memory() throws IOException {
        MemoryUse sum = MemoryUse.NONE;
        for (long pid : pids()) {
            sum = sum.plus(ProcFile.memory(pid));
        }
        return sum;
    }

    /** Asks each JVM among the processes to collect its garbage, and waits for it; does nothing where there is none. */
    public void collectGarbage() throws IOException {
        for (long pid : pids()) {
            if (ProcFile.isJvm(pid)) {
                JvmCommand.collectGarbage(pid);
            }
        }
    }

    /**
     * What objects take in the heaps of JVMs among the processes, in KiB; right after a collection these are the live ones. 0
     * if there is no JVM.
     */
    public long usedHeapKib() throws IOException {
        long sum = 0;
        for (long pid : pids()) {
            if (ProcFile.isJvm(pid)) {
                sum += JvmCommand.usedHeapKib(pid);
            }
        }
        return sum;
    }

    void awaitListening(InetSocketAddress listen, long begin) throws IOException {
        while (true) {
            try (SocketChannel probe = SocketChannel.open(listen)) {
                startUp = Duration.ofNanos(System.nanoTime() - begin);
                return;
            } catch (IOException refused) {
                Duration waited = Duration.ofNanos(System.nanoTime() - begin);
                if (!process.isAlive()) {
                    throw new IOException(
                            name + " ended with status " + process.exitValue() + " instead of listening: "
                                    + lastLines(),
                            refused);
                }
                if (waited.compareTo(START_LIMIT) > 0) {
                    throw new IOException(
                            name + " does not listen on " + listen + " after " + START_LIMIT.toSeconds() + " s: "
                                    + lastLines(),
                            refused);
                }
            }
            LockSupport.parkNanos(CONNECT_INTERVAL.toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedIOException("interrupted while " + name + " was starting");
            }
        }
    }

    /** The end of what the relay has printed, on one line. */
    public String lastLines() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "(no output could be read: " + e.getMessage() + ")";
        }
    }

    /** Ends the process and its descendants: asked first, then killed. */
    @Override
    public void close() {
        List<ProcessHandle> tree = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        tree.forEach(ProcessHandle::destroy);
        boolean gone = false;
        try {
            gone = process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // A descendant may outlive the launcher, so all of them are looked at, not only the first.
        tree.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
        if (!gone) {
            process.destroyForcibly();
        }
        ended.accept(this);
    }

    private List<Long> pids() throws IOException {
        if (!process.isAlive()) {
            throw new IOException(
                    name + " ended during the measurement with status " + process.exitValue() + ": " + lastLines());
        }
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(ProcessHandle::pid)
                .toList();
    }

    @Override
    public String toString() {
        return name + " (process " + process.pid() + ")";
    }
}
