package dev.posthouse.bench.contestant;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Many connections of one kind that are opened and closed together.
 *
 * @param <C> a pair, or the connection of a waiting peer
 */
public final class Pairs<C extends Closeable> implements Closeable {

    /** Opens one. */
    @FunctionalInterface
    public interface Opener<C> {
        /** @param slot as in {@link RunningRelay#openPair} */
        C open(int slot) throws IOException;
    }

    private final List<C> all;

    private Pairs(List<C> all) {
        this.all = all;
    }

    /**
     * Opens {@code count}, on up to {@link RunningRelay#SLOTS} threads.
     *
     * @throws IOException the first failure of one; those that were opened are closed
     */
    public static <C extends Closeable> Pairs<C> open(int count, Opener<C> opener) throws IOException {
        int slots = Math.min(RunningRelay.SLOTS, count);
        var opened = new ArrayList<C>(count);
        try (var threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().daemon().name("opener-", 0).factory())) {
            var shares = new ArrayList<Future<Share<C>>>();
            for (int slot = 0; slot < slots; slot++) {
                int id = slot;
                int share = count / slots + (slot < count % slots ? 1 : 0);
                shares.add(threads.submit(() -> openShare(id, share, opener)));
            }
            IOException failure = null;
            for (Future<Share<C>> future : shares) {
                Share<C> share = get(future);
                opened.addAll(share.opened());
                if (!share.failures().isEmpty() && failure == null) {
                    failure = share.failures().getFirst();
                }
            }
            if (failure != null) {
                new Pairs<>(opened).close();
                throw failure;
            }
        }
        return new Pairs<>(opened);
    }

    private record Share<C>(List<C> opened, List<IOException> failures) {}

    private static <C> Share<C> openShare(int slot, int count, Opener<C> opener) {
        var opened = new ArrayList<C>(count);
        try {
            for (int i = 0; i < count; i++) {
                opened.add(opener.open(slot));
            }
            return new Share<>(opened, List.of());
        } catch (IOException e) {
            return new Share<>(opened, List.of(e));
        }
    }

    private static <C> Share<C> get(Future<Share<C>> future) throws IOException {
        boolean interrupted = false;
        while (true) {
            try {
                Share<C> share = future.get();
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                return share;
            } catch (InterruptedException e) {
                // What the openers hold must be collected all the same; the relay has been ended, so they end too.
                interrupted = true;
            } catch (ExecutionException e) {
                throw new IOException("opening failed", e.getCause());
            }
        }
    }

    /** In no particular order. */
    public List<C> all() {
        return all;
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (C one : all) {
            try {
                one.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
