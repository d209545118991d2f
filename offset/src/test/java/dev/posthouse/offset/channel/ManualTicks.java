package dev.posthouse.offset.channel;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * Ticks that a test makes. What is bounded by real time (handshakes) takes {@link #length()} for one. Ticks are made by one
 * thread at a time; anybody may register.
 */
public final class ManualTicks implements Ticks {

    private final Duration length;
    private final Set<Runnable> called = ConcurrentHashMap.newKeySet();
    private final AtomicInteger registrations = new AtomicInteger();

    /** Of the original's length. */
    public ManualTicks() {
        this(Duration.ofSeconds(1));
    }

    /** @param length of a tick where real time is bounded in ticks */
    public ManualTicks(Duration length) {
        this.length = length;
    }

    @Override
    public Duration length() {
        return length;
    }

    @Override
    public Registration each(Runnable onTick) {
        // Of its own identity, also if the same one is registered twice.
        var entry = new Runnable() {
            @Override
            public void run() {
                onTick.run();
            }
        };
        called.add(entry);
        registrations.incrementAndGet();
        return () -> called.remove(entry);
    }

    /** One tick, on this thread. */
    public synchronized void tick() {
        // Those that count now: who begins because of this tick does not count it.
        List.copyOf(called).forEach(Runnable::run);
    }

    /** Many. */
    public void tick(int count) {
        for (int i = 0; i < count; i++) {
            tick();
        }
    }

    /** How many are called: zero once everything that counts time has ended. */
    public int registered() {
        return called.size();
    }

    /** Waits until so many are called. */
    public void awaitRegistered(int count) {
        await(() -> registered() == count);
    }

    /** Waits until so many have been registered, be they still called or not. */
    public void awaitRegistrations(int count) {
        await(() -> registrations.get() == count);
    }

    private static void await(Callable<Boolean> holds) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(holds);
    }
}
