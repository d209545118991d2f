package dev.posthouse.interop.soak;

import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.testkit.ByteOracle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What comes to one end of a tunnel, compared as it comes. Read at all times, as clients do: signs of life are heard by whoever
 * reads. A thread of its own reads; what it has seen is guarded by this.
 */
final class Incoming {

    private final ByteOracle.Sink sink;
    private boolean ended;
    private @Nullable AssertionError wrong;

    private Incoming(ByteOracle oracle) {
        this.sink = oracle.sink();
    }

    /** Begins to read, until the end of the leg. */
    static Incoming from(KeepAlive leg, ByteOracle oracle) {
        var incoming = new Incoming(oracle);
        Thread.ofVirtual().name("incoming").start(() -> incoming.read(leg));
        return incoming;
    }

    private void read(KeepAlive leg) {
        try {
            for (Optional<ByteBuffer> message = leg.receive(); message.isPresent(); message = leg.receive()) {
                synchronized (this) {
                    sink.accept(message.get());
                    notifyAll();
                }
            }
        } catch (IOException e) {
            // A reset is an end, too; whether it may come is for those who wait to say.
        } catch (AssertionError e) {
            synchronized (this) {
                wrong = e;
            }
            leg.abort();
        } finally {
            leg.abort();
            synchronized (this) {
                ended = true;
                notifyAll();
            }
        }
    }

    /** Waits until so many bytes have come, right ones and no more of them. */
    synchronized void awaitExactly(long count) throws InterruptedException {
        while (!ended && sink.count() < count) {
            wait();
        }
        check();
        sink.assertExactly(count);
    }

    /** Waits until the leg has ended. */
    synchronized void awaitEnd() throws InterruptedException {
        while (!ended) {
            wait();
        }
        check();
    }

    synchronized boolean ended() {
        return ended;
    }

    /** No more than so many have come, and right ones. */
    synchronized void atMost(long count) {
        check();
        sink.assertPrefixOf(count);
    }

    private void check() {
        if (wrong != null) {
            throw wrong;
        }
    }
}
