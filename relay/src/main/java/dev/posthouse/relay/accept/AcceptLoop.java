package dev.posthouse.relay.accept;

import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.event.RelayListener;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The accepting thread's loop: takes one connection after the other until it is told to stop. Whatever goes wrong
 * meanwhile it reports, pauses, and goes on: descriptors, memory and threads come back when circuits end, not by asking
 * again.
 */
final class AcceptLoop implements Runnable {

    /** Where connections come from. */
    @FunctionalInterface
    interface Source {
        /** Waits for the next one. */
        SocketChannel accept() throws IOException;
    }

    /** Who takes them over. */
    @FunctionalInterface
    interface Welcome {
        /** Takes one over; does not block. */
        void welcome(SocketChannel channel) throws IOException;
    }

    private final Source source;
    private final Welcome next;
    private final BooleanSupplier stopped;
    private final RelayListener events;
    private final Duration pause;

    /** @param stopped true from the moment on in which whoever stops it makes {@code source} fail */
    AcceptLoop(Source source, Welcome next, BooleanSupplier stopped, RelayListener events, Duration pause) {
        this.source = source;
        this.next = next;
        this.stopped = stopped;
        this.events = events;
        this.pause = pause;
    }

    @Override
    public void run() {
        boolean paused = false;
        while (!stopped.getAsBoolean()) {
            try {
                SocketChannel channel = source.accept();
                if (paused) {
                    paused = false;
                    tell(new RelayEvent.AcceptResumed());
                }
                next.welcome(channel);
            } catch (IOException e) {
                if (stopped.getAsBoolean()) {
                    return;
                }
                if (!paused) {
                    paused = true;
                    tell(new RelayEvent.AcceptPaused(String.valueOf(e.getMessage())));
                }
                LockSupport.parkNanos(pause.toNanos());
            } catch (RuntimeException | Error e) {
                tell(new RelayEvent.Fault("accepting a connection", e));
                LockSupport.parkNanos(pause.toNanos());
            }
        }
    }

    private void tell(RelayEvent event) {
        try {
            events.on(event);
        } catch (RuntimeException | Error e) {
            // It breaks its contract, or there is no memory for it either. Accepting goes on.
        }
    }
}
