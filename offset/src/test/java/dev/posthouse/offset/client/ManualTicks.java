package dev.posthouse.offset.client;

import dev.posthouse.offset.channel.Ticks;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** Ticks that a test makes. */
final class ManualTicks implements Ticks {

    /** One that is called, of its own identity. */
    private static final class Entry {
        private final Runnable onTick;

        Entry(Runnable onTick) {
            this.onTick = onTick;
        }
    }

    private final Duration length;
    private final Set<Entry> entries = ConcurrentHashMap.newKeySet();

    private final AtomicInteger registrations = new AtomicInteger();

    ManualTicks() {
        this(Duration.ofSeconds(1));
    }

    /** @param length of a tick, where limits of so many ticks are kept by the system's clock */
    ManualTicks(Duration length) {
        this.length = length;
    }

    @Override
    public Duration length() {
        return length;
    }

    @Override
    public Registration each(Runnable onTick) {
        var entry = new Entry(onTick);
        entries.add(entry);
        registrations.incrementAndGet();
        return () -> entries.remove(entry);
    }

    void tick(int count) {
        for (int i = 0; i < count; i++) {
            // Those that count now: who begins because of this tick does not count it.
            List.copyOf(entries).forEach(entry -> entry.onTick.run());
        }
    }

    /** How many count. */
    int counting() {
        return entries.size();
    }

    /** Waits until so many count. */
    void awaitCounting(int count) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> counting() == count);
    }

    /** Waits until so many have begun to count, be they still counting or not. */
    void awaitRegistrations(int count) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> registrations.get() == count);
    }
}
