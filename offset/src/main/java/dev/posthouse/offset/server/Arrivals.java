package dev.posthouse.offset.server;

import dev.posthouse.crypto.Ed25519PublicKey;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Connections that are being set up, and connectors that are held since one of those may be their listener. The original takes one first
 * message after the other, so a connector that begins when its listener's {@code listen} has returned always finds it; here first
 * messages are taken side by side, and the listener's may be behind.
 *
 * <p>An arrival is <i>nameless</i>, then <i>named</i> from the handshake on, then <i>over</i>: when it has said what it wants and that was
 * done as far as others see it, or when its connection ended. A listener is announced before it is over. So who finds neither an arrival
 * that may be the listener nor, looking afterwards, the listener, has not missed it.
 *
 * <p>Thread-safe; holds no lock while it waits.
 */
final class Arrivals {

    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentSkipListSet<Long> nameless = new ConcurrentSkipListSet<>();
    private final ConcurrentHashMap<Ed25519PublicKey, Integer> named = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Ed25519PublicKey, Set<CountDownLatch>> held = new ConcurrentHashMap<>();

    /** A connection that is being set up; to be closed at the latest when it ends. */
    final class Arrival implements AutoCloseable {

        private final long number = numbers.incrementAndGet();
        // These two guarded by this.
        private @Nullable Ed25519PublicKey key;
        private boolean over;

        private Arrival() {
            nameless.add(number);
        }

        /** It has proved who it is. */
        synchronized void is(Ed25519PublicKey proved) {
            if (over) {
                return;
            }
            key = proved;
            named.merge(proved, 1, Integer::sum);
            nameless.remove(number);
        }

        /** It has said what it wants, and if that was to listen, it was announced. A second time does nothing. */
        @Override
        public synchronized void close() {
            if (over) {
                return;
            }
            over = true;
            nameless.remove(number);
            if (key != null) {
                named.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1);
            }
        }
    }

    /** A connector that waits for a listener of one key. */
    final class Hold implements AutoCloseable {

        private final Ed25519PublicKey key;
        private final CountDownLatch listens = new CountDownLatch(1);

        private Hold(Ed25519PublicKey key) {
            this.key = key;
            held.compute(key, (k, others) -> {
                Set<CountDownLatch> all = others == null ? ConcurrentHashMap.newKeySet() : others;
                all.add(listens);
                return all;
            });
        }

        /** Waits until {@link #listens} is called for its key, or the time is up. Whether it was called. */
        boolean await(Duration limit) throws InterruptedException {
            return listens.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public void close() {
            held.computeIfPresent(key, (k, all) -> {
                all.remove(listens);
                return all.isEmpty() ? null : all;
            });
        }
    }

    /** A connection has come. */
    Arrival begin() {
        return new Arrival();
    }

    /**
     * Whether a connection that is being set up may be somebody's: it has proved that key, or nothing yet, and then it came before the
     * one that asks.
     */
    boolean mayBring(Ed25519PublicKey key, Arrival asking) {
        return nameless.lower(asking.number) != null || named.containsKey(key);
    }

    /** From now on {@link #listens} is noticed; look for the listener afterwards, and then wait. */
    Hold hold(Ed25519PublicKey key) {
        return new Hold(key);
    }

    /** A listener of that key was announced: whoever is held for it goes on. */
    void listens(Ed25519PublicKey key) {
        Set<CountDownLatch> all = held.get(key);
        if (all != null) {
            all.forEach(CountDownLatch::countDown);
        }
    }

    /** Whether nobody arrives, and nobody is held. */
    boolean isEmpty() {
        return nameless.isEmpty() && named.isEmpty() && held.isEmpty();
    }
}
