package dev.posthouse.relay;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.budget.Holding;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * One peer's connection to the relay: its stream, who it is, and its place in the count of connections. One thread at a
 * time uses it; {@link #close()} and {@link #abort()} may come from any.
 */
public final class Leg implements AutoCloseable {

    private final ByteStream stream;
    private final InetSocketAddress remote;
    private final Optional<InetSocketAddress> observed;
    private final InetAddress payer;
    private final Place place;
    private final boolean crowded;
    private final long due;

    /**
     * @param stream the connection, with every byte that was read ahead still in it
     * @param remote the far end of the connection itself: the peer, or a proxy in front of us
     * @param observed the peer's address as the world sees it, if it is known
     * @param place given back when the leg is closed
     * @param crowded whether descriptors are nearly used up, so that the dialect should refuse at once
     * @param head how long it may take until its peer has proved who it is, or made a request in order
     */
    public Leg(
            ByteStream stream,
            InetSocketAddress remote,
            Optional<InetSocketAddress> observed,
            Place place,
            boolean crowded,
            Duration head) {
        this(
                stream,
                remote,
                observed,
                observed.orElse(remote).getAddress(),
                place,
                crowded,
                System.nanoTime() + head.toNanos());
    }

    private Leg(
            ByteStream stream,
            InetSocketAddress remote,
            Optional<InetSocketAddress> observed,
            InetAddress payer,
            Place place,
            boolean crowded,
            long due) {
        this.stream = stream;
        this.remote = remote;
        this.observed = observed;
        this.payer = payer;
        this.place = place;
        this.crowded = crowded;
        this.due = due;
    }

    /** The same leg going on with another stream: one with bytes put back, one that a watch gave back, a TLS one. */
    public Leg with(ByteStream other) {
        return other.equals(stream) ? this : new Leg(other, remote, observed, payer, place, crowded, due);
    }

    /**
     * The same leg as a trusted proxy describes it.
     *
     * @param address where the world sees the peer, if the proxy said it whole
     * @param counted whom limits count
     * @throws OverLimit if that address has as many connections already as it may, or as much memory
     */
    public Leg observedAs(Optional<InetSocketAddress> address, InetAddress counted) throws OverLimit {
        place.moveTo(AddressKey.of(counted));
        return new Leg(stream, remote, address, counted, place, crowded, due);
    }

    /**
     * What is left of the time in which a peer has to prove who it is or to make a request in order: the time of everything before
     * that, from accept on, together. Positive: at least a millisecond.
     */
    public Duration untilProved() {
        return Duration.ofNanos(Math.max(1_000_000, due - System.nanoTime()));
    }

    boolean isAcceptedBy(Relay relay) {
        return place.isAcceptedBy(relay);
    }

    /** What is held for this connection. */
    public Holding holding() {
        return place.holding();
    }

    /** The bytes. */
    public ByteStream stream() {
        return stream;
    }

    /** The far end of the connection itself: the peer, or a proxy in front of us. */
    public InetSocketAddress remote() {
        return remote;
    }

    /** The peer as well as it is known: where the world sees it, or the far end of the connection. */
    public InetSocketAddress peer() {
        return observed.orElse(remote);
    }

    /** The peer's address as the world sees it, if it is known. */
    public Optional<InetSocketAddress> observed() {
        return observed;
    }

    /** Whom limits count: the peer's address as far as it is known, or the proxy's. */
    public InetAddress payer() {
        return payer;
    }

    /** Whether descriptors are nearly used up, so that this leg should be refused with a reason at once. */
    public boolean crowded() {
        return crowded;
    }

    /** Gives its place back without closing the stream, which somebody else has closed or will close. */
    public void release() {
        place.close();
    }

    /** Resets the connection and gives its place back. */
    public void abort() {
        stream.abort();
        place.close();
    }

    /** Closes the connection in order and gives its place back. */
    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException e) {
            // The peer was quicker. There is nothing left to close.
        }
        place.close();
    }
}
