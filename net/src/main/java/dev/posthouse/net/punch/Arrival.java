package dev.posthouse.net.punch;

import dev.posthouse.net.TcpStream;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/**
 * A TCP connection that came about, outbound or inbound. Who is at its other end is still to be found out. The caller
 * owns the stream and says what became of it: {@link #chosen()} or {@link #rejected}. Any thread.
 */
public final class Arrival {

    private final TcpStream stream;
    private final InetSocketAddress remote;
    private final boolean inbound;
    private final Consumer<String> onOutcome;
    private final Runnable onRejected;

    /**
     * @param onOutcome told in words what the owner made of it
     * @param onRejected run after the stream was aborted
     */
    Arrival(
            TcpStream stream,
            InetSocketAddress remote,
            boolean inbound,
            Consumer<String> onOutcome,
            Runnable onRejected) {
        this.stream = stream;
        this.remote = remote;
        this.inbound = inbound;
        this.onOutcome = onOutcome;
        this.onRejected = onRejected;
    }

    /** The connection; the caller's. */
    public TcpStream stream() {
        return stream;
    }

    /** The other end: a candidate, or for an inbound one perhaps an address that nobody named. */
    public InetSocketAddress remote() {
        return remote;
    }

    /** Whether the other end opened it. False for a simultaneous open. */
    public boolean inbound() {
        return inbound;
    }

    /** Notes for the report that this one was taken. */
    public void chosen() {
        onOutcome.accept("chosen");
    }

    /**
     * Notes for the report that it was no good, aborts the stream, and lets the race dial its candidate again: a NAT may
     * have reset it, or somebody else answered.
     *
     * @param why a few words: "other token"
     */
    public void rejected(String why) {
        onOutcome.accept("rejected: " + why);
        // Aborted and not closed: a connection in TIME_WAIT would keep the pair of addresses from being dialled again.
        stream.abort();
        onRejected.run();
    }

    @Override
    public String toString() {
        return (inbound ? "from " : "to ") + remote;
    }
}
