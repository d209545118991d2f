package dev.posthouse.offset.client;

import dev.posthouse.net.Timeouts;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.channel.TickClock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All tunnels of a client, from their beginning until nothing is left of them: they outlive it, and its clock, if it has one of its own,
 * ticks for as long as there are any.
 */
final class Tunnels {

    private final Set<Tunnel> all = ConcurrentHashMap.newKeySet();
    private final Optional<TickClock> clock;
    private volatile boolean closed;

    /** @param clock stopped with the last tunnel after {@link #close} */
    Tunnels(Optional<TickClock> clock) {
        this.clock = clock;
    }

    /**
     * Makes a {@link Tunnel} of a channel, which is taken over.
     *
     * @param extensions what both ends can do
     */
    Tunnel begin(KeepAlive channel, int extensions) {
        var tunnel = new Tunnel(channel, extensions, this::over);
        all.add(tunnel);
        tunnel.start();
        return tunnel;
    }

    private void over(Tunnel tunnel) {
        all.remove(tunnel);
        stopClockAfterTheLast();
    }

    private void stopClockAfterTheLast() {
        if (closed && all.isEmpty()) {
            clock.ifPresent(TickClock::close);
        }
    }

    /** No tunnel is begun any more. */
    void close() {
        closed = true;
        stopClockAfterTheLast();
    }

    /**
     * Waits for those that are ending.
     *
     * @return whether they all have, in that time
     */
    boolean awaitEnds(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + Timeouts.nanos(limit);
        for (Tunnel tunnel : all) {
            if (tunnel.lingers() && !tunnel.awaitOver(deadline - System.nanoTime())) {
                return false;
            }
        }
        return true;
    }
}
