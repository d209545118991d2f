package dev.posthouse.offset.client;

import dev.posthouse.net.TimedOut;
import dev.posthouse.net.Timeouts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * What is under way and must not outlive its owner: each runs on a virtual thread of its own, which is interrupted when its caller is, when
 * its time is up, or when this is closed. Nothing that it makes is lost: either its caller gets it, or it is discarded.
 */
final class Attempts implements AutoCloseable {

    /** What may take a while. */
    interface Making<T> {
        T make() throws IOException, InterruptedException;
    }

    /** One that is under way. */
    private record Attempt(Thread thread, CompletableFuture<?> outcome) {
        void fail(IOException why) {
            // Before the interrupt: what it makes from now on is discarded.
            outcome.completeExceptionally(why);
            thread.interrupt();
        }
    }

    private final String owner;
    private final Set<Attempt> underWay = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** @param owner names in errors what was closed */
    Attempts(String owner) {
        this.owner = owner;
    }

    /**
     * Makes something, and waits for it.
     *
     * @param limit for all of it; zero for none
     * @param discard ends what was made when nobody waits for it any more
     * @throws TimedOut if the limit passed
     * @throws InterruptedIOException if the caller was interrupted, which stays set
     * @throws IOException if it failed, or this was closed
     */
    <T> T run(Duration limit, Making<T> making, Consumer<T> discard) throws IOException {
        var outcome = new CompletableFuture<T>();
        Thread thread = Thread.ofVirtual().name("offset attempt").unstarted(() -> {
            try {
                T made = making.make();
                if (!outcome.complete(made)) {
                    discard.accept(made);
                }
            } catch (IOException | InterruptedException | RuntimeException | Error e) {
                outcome.completeExceptionally(e);
            }
        });
        var attempt = new Attempt(thread, outcome);
        underWay.add(attempt);
        try {
            if (closed) {
                throw closedWhile();
            }
            thread.start();
            return limit.isZero() ? outcome.get() : outcome.get(Timeouts.nanos(limit), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            var interrupted = new InterruptedIOException("interrupted while connecting");
            giveUp(attempt, outcome, interrupted, discard);
            Thread.currentThread().interrupt();
            throw interrupted;
        } catch (TimeoutException e) {
            var late = new TimedOut("no connection within " + limit.toMillis() + " ms", e);
            giveUp(attempt, outcome, late, discard);
            throw late;
        } catch (ExecutionException e) {
            throw failure(outcome.exceptionNow());
        } finally {
            underWay.remove(attempt);
        }
    }

    private static <T> void giveUp(
            Attempt attempt, CompletableFuture<T> outcome, IOException why, Consumer<T> discard) {
        attempt.fail(why);
        if (outcome.state() == Future.State.SUCCESS) {
            discard.accept(outcome.resultNow()); // it was made at the last moment
        }
    }

    private static IOException failure(Throwable cause) {
        return switch (cause) {
            case IOException e -> e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> new IOException("interrupted while connecting", cause);
        };
    }

    private IOException closedWhile() {
        return new IOException("the " + owner + " was closed while connecting");
    }

    boolean isClosed() {
        return closed;
    }

    /** Ends everything, and whatever is begun later. */
    @Override
    public void close() {
        closed = true;
        underWay.forEach(attempt -> attempt.fail(closedWhile()));
    }
}
