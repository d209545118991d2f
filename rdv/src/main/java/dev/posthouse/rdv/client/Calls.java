package dev.posthouse.rdv.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The calls of one owner that are under way, which end with it, and with whom it belongs to. Thread-safe. */
final class Calls implements AutoCloseable {

    private final Set<Scope> underWay = ConcurrentHashMap.newKeySet();
    private final String owner;
    private final Optional<Calls> parent;
    private volatile boolean closed;

    /** @param owner names in errors what was closed */
    Calls(String owner) {
        this(owner, Optional.empty());
    }

    private Calls(String owner, Optional<Calls> parent) {
        this.owner = owner;
        this.parent = parent;
    }

    /** Those of something that belongs to this owner: each of them is this owner's, too. */
    Calls of(String child) {
        return new Calls(child, Optional.of(this));
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
     * @throws InterruptedIOException if the thread was interrupted, which stays set
     * @throws IOException what the call throws, or what really ended it; or if an owner was closed
     */
    <T> T run(Duration limit, Call<T> call) throws IOException {
        var scope = new Scope(limit, this::leave);
        try (scope) {
            enter(scope);
            return call.run(scope);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while connecting").initCause(e);
        } catch (IOException e) {
            throw scope.explain(e);
        }
    }

    private void enter(Scope scope) throws IOException {
        if (parent.isPresent()) {
            parent.get().enter(scope);
        }
        underWay.add(scope);
        if (closed) {
            throw new IOException("the " + owner + " was closed");
        }
    }

    private void leave(Scope scope) {
        underWay.remove(scope);
        parent.ifPresent(above -> above.leave(scope));
    }

    /** Ends them all; there will be no more. */
    @Override
    public void close() {
        closed = true;
        underWay.forEach(scope -> scope.cancel(owner));
    }
}
