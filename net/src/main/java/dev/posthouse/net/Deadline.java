package dev.posthouse.net;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The deadline of a whole exchange (a handshake, a write): when the time is up the stream is aborted, and whatever was
 * blocked on it fails with {@link TimedOut}. For the time of a single read see {@link ByteStream#readTimeout}.
 *
 * <p>The exchange runs on the calling thread; the stream is aborted on the thread of {@link Alarms}, since
 * aborting never blocks.
 */
public final class Deadline {

    /** Work on a stream. */
    @FunctionalInterface
    public interface Exchange<T extends @Nullable Object> {
        T run() throws IOException;
    }

    private Deadline() {}

    /**
     * Runs {@code exchange} on the calling thread and aborts {@code stream} if it is not done within {@code limit}.
     *
     * @param stream aborted from another thread when the time is up
     * @param limit positive; or {@link Duration#ZERO} for none
     * @param what names the exchange in the error: "request head"
     * @return what {@code exchange} returned
     * @throws TimedOut if the time was up before the exchange ended; the stream is then closed
     * @throws IOException what {@code exchange} threw
     */
    public static <T extends @Nullable Object> T within(
            ByteStream stream, Duration limit, String what, Exchange<T> exchange) throws IOException {
        if (limit.isZero()) {
            return exchange.run();
        }
        // The end of the exchange and the end of the time race for this one bit: whoever sets it has won, so that an
        // exchange that returned can never have its stream aborted behind its back.
        var over = new AtomicBoolean();
        Alarms.Alarm alarm = Alarms.shared().set(limit, () -> {
            if (over.compareAndSet(false, true)) {
                stream.abort();
            }
        });
        try {
            T result = exchange.run();
            if (!over.compareAndSet(false, true)) {
                throw new TimedOut(message(what, limit));
            }
            return result;
        } catch (TimedOut e) {
            throw e;
        } catch (IOException e) {
            if (!over.compareAndSet(false, true)) {
                throw new TimedOut(message(what, limit), e);
            }
            throw e;
        } finally {
            over.set(true);
            alarm.cancel();
        }
    }

    private static String message(String what, Duration limit) {
        return what + " did not finish within " + limit.toMillis() + " ms";
    }
}
