package dev.posthouse.relay.accept;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.relay.circuit.CircuitEnd;
import dev.posthouse.relay.limit.Party;

/**
 * The end of one of many circuits that a connection carries: what it gives back is its own stream, and the connection goes on. Any
 * thread may call.
 *
 * @param connection whose peer it is, and for which is held what waits for it
 * @param stream what the circuit has of it
 */
public record SharedEnd(Inbound connection, ByteStream stream) implements CircuitEnd {

    @Override
    public Party party() {
        return connection.party();
    }

    @Override
    public Holding holding() {
        return connection.holding();
    }

    @Override
    public boolean isAcceptedBy(Object relay) {
        return connection.isAcceptedBy(relay);
    }

    /** {@inheritDoc} It has no permit of its own: the connection keeps its. */
    @Override
    public void release() {}

    @Override
    public void abort() {
        stream.abort();
    }
}
