package dev.posthouse.relay;

import dev.posthouse.net.ByteStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
    private final Permit place;
    private final boolean crowded;

    /**
     * @param stream the connection, with every byte that was read ahead still in it
     * @param remote the far end of the connection itself: the peer, or a proxy in front of us
     * @param observed the peer's address as the world sees it, if it is known
     * @param place given back when the leg is closed
     * @param crowded whether descriptors are nearly used up, so that the dialect should refuse at once
     */
    public Leg(
            ByteStream stream,
            InetSocketAddress remote,
            Optional<InetSocketAddress> observed,
            Permit place,
            boolean crowded) {
        this(stream, remote, observed, observed.orElse(remote).getAddress(), place, crowded);
    }

    private Leg(
            ByteStream stream,
            InetSocketAddress remote,
            Optional<InetSocketAddress> observed,
            InetAddress payer,
            Permit place,
            boolean crowded) {
        this.stream = stream;
        this.remote = remote;
        this.observed = observed;
        this.payer = payer;
        this.place = place;
        this.crowded = crowded;
    }

    /** The same leg going on with another stream: one with bytes put back, one that a watch gave back, a TLS one. */
    public Leg with(ByteStream other) {
        return other.equals(stream) ? this : new Leg(other, remote, observed, payer, place, crowded);
    }

    /**
     * The same leg as a trusted proxy describes it.
     *
     * @param address where the world sees the peer, if the proxy said it whole
     * @param counted whom limits count
     */
    public Leg observedAs(Optional<InetSocketAddress> address, InetAddress counted) {
        return new Leg(stream, remote, address, counted, place, crowded);
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
