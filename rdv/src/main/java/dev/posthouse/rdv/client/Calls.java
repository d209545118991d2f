package dev.posthouse.rdv.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The calls of one owner that are under way, which end with it. Thread-safe. */
final class Calls implements AutoCloseable {

    private final Set<Scope> underWay = ConcurrentHashMap.newKeySet();
    private final String owner;
    private volatile boolean closed;

    /** @param owner names in errors what was closed */
    Calls(String owner) {
        this.owner = owner;
    }

    /** What a call does with its scope. */
    @FunctionalInterface
    interface Call<T> {
        T run(Scope scope) throws IOException, InterruptedException;
    }

    /**
     * Makes one, on the calling thread.
     *
     * @param limit of the call; zero for none
     * @param also whose it is besides; or this
     * @throws InterruptedIOException if the thread was interrupted, which stays set
     * @throws IOException what the call throws, or what really ended it; or if one of the two was closed
     */
    <T> T run(Duration limit, Calls also, Call<T> call) throws IOException {
        var scope = new Scope(limit, ended -> {
            underWay.remove(ended);
            also.underWay.remove(ended);
        });
        try (scope) {
            enter(scope);
            also.enter(scope);
            return call.run(scope);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while connecting").initCause(e);
        } catch (IOException e) {
            throw scope.explain(e);
        }
    }

    private void enter(Scope scope) throws IOException {
        underWay.add(scope);
        if (closed) {
            throw new IOException("the " + owner + " was closed");
        }
    }

    /** Ends them all; there will be no more. */
    @Override
    public void close() {
        closed = true;
        underWay.forEach(scope -> scope.cancel(owner));
    }
}
