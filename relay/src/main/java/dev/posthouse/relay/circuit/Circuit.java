package dev.posthouse.relay.circuit;

import dev.posthouse.net.Reason;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.splice.Splice;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One relayed pair that carries bytes. Any thread may look, and end it. */
public final class Circuit {

    // Not the request: what it joins the two ends with is not to be kept for as long as they are joined.
    private final String dialect;
    private final long number;
    private final NameTag name;
    private final CircuitEnd dialer;
    private final CircuitEnd acceptor;
    private final long startNanos;
    private volatile @Nullable Splice splice;
    // Guarded by this: why it is to end, said before it had a splice.
    private @Nullable Reason endedEarly;

    Circuit(CircuitRequest request, long startNanos) {
        this.dialect = request.dialect();
        this.number = request.number();
        this.name = request.name();
        this.dialer = request.dialer();
        this.acceptor = request.acceptor();
        this.startNanos = startNanos;
    }

    boolean isOf(Object relay) {
        return dialer.isAcceptedBy(relay) || acceptor.isAcceptedBy(relay);
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

    /** Gives both ends back, which are closed already. */
    void release() {
        dialer.release();
        acceptor.release();
    }

    /** Aborts both ends. */
    void abort() {
        dialer.abort();
        acceptor.abort();
    }

    /** The number that its events carry. */
    public long id() {
        return number;
    }

    /** Whose circuit. */
    public String dialect() {
        return dialect;
    }

    /** The name under which the two met. */
    public NameTag name() {
        return name;
    }

    /** The dialer's address. */
    public InetSocketAddress dialer() {
        return dialer.party().shown();
    }

    /** The acceptor's address. */
    public InetSocketAddress acceptor() {
        return acceptor.party().shown();
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
