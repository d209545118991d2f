package dev.posthouse.relay.circuit;

import dev.posthouse.net.Reason;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.splice.Splice;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One relayed pair that carries bytes. Any thread may look, and end it. */
public final class Circuit {

    private final CircuitRequest request;
    private final long startNanos;
    private volatile @Nullable Splice splice;
    // Guarded by this: why it is to end, said before it had a splice.
    private @Nullable Reason endedEarly;

    Circuit(CircuitRequest request, long startNanos) {
        this.request = request;
        this.startNanos = startNanos;
    }

    boolean isOf(Object relay) {
        return request.dialer().isAcceptedBy(relay) || request.acceptor().isAcceptedBy(relay);
    }

    void carriedBy(Splice joined) {
        Reason early;
        synchronized (this) {
            splice = joined;
            early = endedEarly;
        }
        if (early != null) {
            joined.end(early);
        }
    }

    /** The number that its events carry. */
    public long id() {
        return request.number();
    }

    /** Whose circuit. */
    public String dialect() {
        return request.dialect();
    }

    /** The name under which the two met. */
    public NameTag name() {
        return request.name();
    }

    /** The dialer's address. */
    public InetSocketAddress dialer() {
        return request.dialer().party().shown();
    }

    /** The acceptor's address. */
    public InetSocketAddress acceptor() {
        return request.acceptor().party().shown();
    }

    /** {@link System#nanoTime()} when it was opened. */
    public long startNanos() {
        return startNanos;
    }

    /** Bytes from the dialer so far. */
    public long dialerBytes() {
        Splice now = splice;
        return now == null ? 0 : now.leftToRight();
    }

    /** Bytes from the acceptor so far. */
    public long acceptorBytes() {
        Splice now = splice;
        return now == null ? 0 : now.rightToLeft();
    }

    /** Ends it; one that is only about to carry bytes ends when it would begin to. */
    public void end(Reason reason) {
        Splice now;
        synchronized (this) {
            now = splice;
            if (now == null) {
                endedEarly = reason;
            }
        }
        if (now != null) {
            now.end(reason);
        }
    }
}
