package dev.posthouse.bench.process;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Starts processes, knows which of them still run, and ends those and no others. Any thread.
 *
 * <p>The output of each goes to a file of its own in the working directory: what a server logs is part of what it costs,
 * and the end of the file says why one did not start.
 */
public final class ChildProcesses implements Closeable {
    private final Path logs;
    private final Set<RelayProcess> running = ConcurrentHashMap.newKeySet();
    private final AtomicInteger started = new AtomicInteger();

    /** @param logs an existing directory, for the output of the processes */
    public ChildProcesses(Path logs) {
        this.logs = logs;
    }

    /**
     * Starts a relay and waits until it accepts connections.
     *
     * @param name for the log file and errors
     * @param command program and arguments
     * @param listen the address it was told to listen on
     * @throws IOException if it does not start, ends early, or does not listen within {@link RelayProcess#START_LIMIT}
     */
    public RelayProcess start(String name, List<String> command, InetSocketAddress listen) throws IOException {
        File log = logs.resolve(name + "-" + started.incrementAndGet() + ".log").toFile();
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(log)
                .start();
        var relay = new RelayProcess(name, process, log.toPath(), running::remove);
        running.add(relay);
        try {
            relay.awaitListening(listen, begin);
            return relay;
        } catch (IOException e) {
            relay.close();
            throw e;
        }
    }

    /** Ends every process that was started here and still runs. */
    @Override
    public void close() {
        for (RelayProcess relay : running) {
            try {
                relay.close();
            } catch (UncheckedIOException e) {
                System.err.println("could not end " + relay + ": " + e.getMessage());
            }
        }
    }
}
