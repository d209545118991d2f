package dev.posthouse.bench.measure;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Tasks of one load, each on a platform thread of its own; used by the thread that made it. */
final class Tasks<T> implements Closeable {
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofPlatform().daemon().name("load-", 0).factory());
    private final List<Future<T>> futures = new ArrayList<>();

    void start(Callable<T> task) {
        futures.add(threads.submit(task));
    }

    /** Waits for all of them; the first failure is thrown, as an {@link IOException}. */
    List<T> results() throws IOException {
        var results = new ArrayList<T>();
        for (Future<T> future : futures) {
            try {
                results.add(future.get());
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while measuring");
            }
        }
        return results;
    }

    /** Waits for the threads to end, whose channels must be closed or at their end by now. */
    @Override
    public void close() {
        threads.close();
    }
}
