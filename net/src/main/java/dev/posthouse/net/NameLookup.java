package dev.posthouse.net;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One look-up of a host's addresses that can be waited for with a limit, interrupted and given up. The system's own
 * resolution knows neither limits nor interrupts and would hold a virtual thread's carrier, so it runs on a platform
 * thread, which is left to itself when nobody waits for it any more. There are at most {@value LookupThreads#MOST} such threads
 * in the process: behind a name service that does not answer further look-ups wait for their turn, within their limit.
 *
 * <p>Thread-safe: one waits, any other may close.
 */
public final class NameLookup implements AutoCloseable {

    private final String host;
    private final FutureTask<List<InetAddress>> task;

    private NameLookup(String host, FutureTask<List<InetAddress>> task) {
        this.host = host;
        this.task = task;
    }

    /**
     * Begins it. An address literal is looked up by nobody: its answer is there at once.
     *
     * @param resolver asked for names
     * @param host a name, or an address literal, IPv6 with or without brackets
     * @throws IllegalArgumentException if it is neither
     */
    public static NameLookup start(Resolver resolver, String host) {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        try {
            InetAddress literal = InetAddress.ofLiteral(bare);
            var known = new FutureTask<>(() -> List.of(literal));
            known.run();
            return new NameLookup(host, known);
        } catch (IllegalArgumentException e) {
            if (bracketed || host.isEmpty() || host.contains(":")) {
                throw new IllegalArgumentException(
                        "a host is a name or an address, its zone that of an interface here, not \"" + host + "\"", e);
            }
        }
        var asking = new FutureTask<>(() -> resolver.resolve(host));
        LookupThreads.SHARED.run(asking);
        return new NameLookup(host, asking);
    }

    /**
     * Waits for the addresses.
     *
     * @param limit positive; or {@link Duration#ZERO} for none
     * @return one at least
     * @throws TimedOut if the limit passed; names the name
     * @throws PeerUnreachable if the name has no address, or none could be found out
     * @throws IOException if it was closed
     * @throws InterruptedException if the thread was interrupted
     */
    public List<InetAddress> await(Duration limit) throws IOException, InterruptedException {
        try {
            List<InetAddress> found =
                    limit.isZero() ? task.get() : task.get(Timeouts.nanos(limit), TimeUnit.NANOSECONDS);
            if (found.isEmpty()) {
                throw new PeerUnreachable("the name " + host + " has no address");
            }
            return found;
        } catch (TimeoutException e) {
            throw new TimedOut(notResolved(host) + " within " + Timeouts.inWords(limit), e);
        } catch (CancellationException e) {
            throw new IOException("given up: " + notResolved(host), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof NetworkFailure failure) {
                throw failure;
            }
            throw new PeerUnreachable("the name " + host + " could not be resolved: " + e.getCause(), e.getCause());
        } finally {
            close();
        }
    }

    /** What did not happen when time is up: "the name relay.example was not resolved". */
    public static String notResolved(String host) {
        return "the name " + host + " was not resolved";
    }

    /** Ends the wait. The look-up itself may go on for as long as the system lets it; its answer is dropped. */
    @Override
    public void close() {
        task.cancel(true);
        LookupThreads.SHARED.forget(task);
    }
}
