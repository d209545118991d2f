package dev.posthouse.daemon.status;

import dev.posthouse.net.Role;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.event.RelayListener;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Who waits now, as the events tell it. The events of one wait are joined by dialect, role and name; where several of the
 * same name wait (one is being replaced, or two names share a tag), an end belongs to the one that began when it says.
 *
 * <p>Guarded by this. It holds as many entries as peers wait, which the limits bound.
 */
public final class Waits implements RelayListener {

    /**
     * One peer that waits.
     *
     * @param waited so far
     */
    public record Wait(String dialect, Role role, NameTag name, InetSocketAddress remote, Duration waited) {}

    private record Key(String dialect, Role role, NameTag name) {}

    private record Begun(InetSocketAddress remote, long nanos) {}

    private final LongSupplier nanoTime;
    private final Map<Key, List<Begun>> waiting = new HashMap<>();
    // Of what is in waiting, by dialect; changed under this, read by anybody.
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    /** @param nanoTime as {@link System#nanoTime} */
    public Waits(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized void on(RelayEvent event) {
        if (event instanceof RelayEvent.WaitStarted e) {
            waiting.computeIfAbsent(new Key(e.dialect(), e.role(), e.name()), key -> new ArrayList<>(1))
                    .add(new Begun(e.remote(), nanoTime.getAsLong()));
            counts.computeIfAbsent(e.dialect(), dialect -> new LongAdder()).increment();
        } else if (event instanceof RelayEvent.WaitEnded e) {
            long began = nanoTime.getAsLong() - e.waited().toNanos();
            waiting.computeIfPresent(new Key(e.dialect(), e.role(), e.name()), (key, all) -> {
                all.stream()
                        .min(Comparator.comparingLong(one -> Math.abs(one.nanos() - began)))
                        .ifPresent(found -> {
                            all.remove(found);
                            counts.computeIfAbsent(e.dialect(), dialect -> new LongAdder())
                                    .decrement();
                        });
                return all.isEmpty() ? null : all;
            });
        }
    }

    /** Everybody who waits, the longest first. */
    public synchronized List<Wait> now() {
        long now = nanoTime.getAsLong();
        var all = new ArrayList<Wait>();
        waiting.forEach((key, begun) -> begun.forEach(one -> all.add(
                new Wait(key.dialect(), key.role(), key.name(), one.remote(), Duration.ofNanos(now - one.nanos())))));
        all.sort(Comparator.comparing(Wait::waited).reversed());
        return all;
    }

    /** How many wait for one dialect. Takes no lock and goes through nothing: metrics ask for it at every scrape. */
    public long count(String dialect) {
        LongAdder counted = counts.get(dialect);
        return counted == null ? 0 : counted.sum();
    }
}
