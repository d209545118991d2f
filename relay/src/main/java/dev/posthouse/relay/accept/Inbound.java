package dev.posthouse.relay.accept;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.relay.circuit.CircuitEnd;
import dev.posthouse.relay.limit.ConnectionPermit;
import dev.posthouse.relay.limit.OverLimit;
import dev.posthouse.relay.limit.Party;
import dev.posthouse.relay.limit.PeerKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * One peer's connection to the relay: its stream, who it is, and its place in the count of connections. One thread at a
 * time uses it; {@link #close()} and {@link #abort()} may come from any.
 */
public final class Inbound implements CircuitEnd, AutoCloseable {

    private final ByteStream stream;
    private final InetSocketAddress remote;
    private final Optional<InetSocketAddress> observed;
    private final Party party;
    private final ConnectionPermit permit;
    private final long due;

    /**
     * @param stream the connection, with every byte that was read ahead still in it
     * @param remote the far end of the connection itself: the peer, or a proxy in front of us
     * @param observed the peer's address as the world sees it, if it is known
     * @param permit given back when the connection is closed
     * @param head how long it may take until its peer has proved who it is, or made a request in order
     */
    public Inbound(
            ByteStream stream,
            InetSocketAddress remote,
            Optional<InetSocketAddress> observed,
            ConnectionPermit permit,
            Duration head) {
        this(
                stream,
                remote,
                observed,
                new Party(observed.orElse(remote), observed.orElse(remote).getAddress()),
                permit,
                System.nanoTime() + head.toNanos());
    }

    private Inbound(
            ByteStream stream,
            InetSocketAddress remote,
            Optional<InetSocketAddress> observed,
            Party party,
            ConnectionPermit permit,
            long due) {
        this.stream = stream;
        this.remote = remote;
        this.observed = observed;
        this.party = party;
        this.permit = permit;
        this.due = due;
    }

    /** The same connection going on with another stream: one with bytes put back, one that a watch gave back, a TLS one. */
    public Inbound with(ByteStream other) {
        return other.equals(stream) ? this : new Inbound(other, remote, observed, party, permit, due);
    }

    /**
     * The same connection as a trusted proxy describes it.
     *
     * @param address where the world sees the peer, if the proxy said it whole
     * @param counted whom limits count
     * @throws OverLimit if that address has as many connections already as it may, or as much memory
     */
    public Inbound observedAs(Optional<InetSocketAddress> address, InetAddress counted) throws OverLimit {
        // Of whom no port is known is shown with port 0: the proxy's own address would say nothing.
        boolean known = !counted.equals(remote.getAddress());
        var named = new Party(address.orElse(known ? new InetSocketAddress(counted, 0) : remote), counted);
        permit.moveTo(named.addressKey());
        return new Inbound(stream, remote, address, named, permit, due);
    }

    /** The same connection, whose peer has proved a key: limits count that, too, from now on. */
    public Inbound provedBy(PeerKey key) {
        return new Inbound(stream, remote, observed, party.with(key), permit, due);
    }

    /**
     * What is left of the time in which a peer has to prove who it is or to make a request in order: the time of everything before
     * that, from accept on, together. Positive: at least a millisecond.
     */
    public Duration untilProved() {
        return Duration.ofNanos(Math.max(1_000_000, due - System.nanoTime()));
    }

    @Override
    public boolean isAcceptedBy(Object relay) {
        return permit.isAcceptedBy(relay);
    }

    /** {@inheritDoc} Of all that goes on over this connection. */
    @Override
    public Holding holding() {
        return permit.holding();
    }

    /** The bytes. */
    public ByteStream stream() {
        return stream;
    }

    /** The far end of the connection itself: the peer, or a proxy in front of us. */
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public Party party() {
        return party;
    }

    /** The peer's address as the world sees it, if it is known. */
    public Optional<InetSocketAddress> observed() {
        return observed;
    }

    @Override
    public void release() {
        permit.close();
    }

    @Override
    public void abort() {
        stream.abort();
        permit.close();
    }

    /** Closes the connection in order and gives its place back. */
    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException e) {
            // The peer was quicker. There is nothing left to close.
        }
        permit.close();
    }
}
