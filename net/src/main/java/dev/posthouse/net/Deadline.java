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

    /** Runs an action on another thread when a time is up. */
    @FunctionalInterface
    interface Timer {
        Alarms.Alarm set(Duration after, Runnable action);
    }

    /**
     * The end of an exchange and the end of its time race for one bit: whoever sets it has won, so that an exchange that returned can
     * never have its stream aborted behind its back. A class with a name, and no lambda, since a search through schedules follows the
     * fields of one alone.
     */
    private static final class Race implements Runnable {
        private final ByteStream stream;
        private final AtomicBoolean over = new AtomicBoolean();

        Race(ByteStream stream) {
            this.stream = stream;
        }

        /** Whether the caller's is the end. */
        boolean end() {
            return over.compareAndSet(false, true);
        }

        /** The time is up. */
        @Override
        public void run() {
            if (end()) {
                stream.abort();
            }
        }
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
        return within(Alarms.shared()::set, stream, limit, what, exchange);
    }

    static <T extends @Nullable Object> T within(
            Timer timer, ByteStream stream, Duration limit, String what, Exchange<T> exchange) throws IOException {
        if (limit.isZero()) {
            return exchange.run();
        }
        var race = new Race(stream);
        Alarms.Alarm alarm = timer.set(limit, race);
        try {
            T result = exchange.run();
            if (!race.end()) {
                throw late(stream, what, limit, null);
            }
            return result;
        } catch (TimedOut e) {
            throw e;
        } catch (IOException e) {
            if (!race.end()) {
                throw late(stream, what, limit, e);
            }
            throw e;
        } finally {
            race.end();
            alarm.cancel();
        }
    }

    private static TimedOut late(ByteStream stream, String what, Duration limit, @Nullable IOException failure) {
        // The timer is about to, but the caller may look at the stream before it has.
        stream.abort();
        return new TimedOut(what + " did not finish within " + limit.toMillis() + " ms", failure);
    }
}
