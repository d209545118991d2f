package dev.posthouse.rdv.client;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.punch.Arrival;
import dev.posthouse.net.punch.ProvedArrivals;
import dev.posthouse.rdv.wire.Command;
import dev.posthouse.rdv.wire.HeaderLine;
import dev.posthouse.rdv.wire.Line;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.rdv.wire.Proof;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * How the ends of a direct connection find out that they are the two that met (spec 5.1).
 *
 * @param proof of this meeting
 * @param method which of the two this end is
 */
record HeaderLines(Proof proof, Method method) implements ProvedArrivals.Exchange {

    /**
     * {@inheritDoc} Who has dialled us shows first that it is the peer, and is told nothing before: anybody can find the port. A peer
     * writes at once, the original too, so that nothing is lost by waiting for it. Whom we have dialled must be told first,
     * since it may wait for just that; between two of ours that is no token.
     */
    @Override
    public ByteStream prove(Arrival arrival) throws IOException {
        if (!arrival.inbound()) {
            show(arrival);
        }
        Line line = Line.read(arrival.stream());
        HeaderLine header = HeaderLine.of(line);
        if (!proof.isShownBy(header, method)) {
            throw new ProtocolViolation(header.method().equals(method.name()) ? "same method" : "not the peer");
        }
        if (arrival.inbound()) {
            show(arrival);
        }
        return line.rest();
    }

    private void show(Arrival arrival) throws IOException {
        arrival.stream().write(ByteBuffer.wrap(proof.line(method)));
    }

    /** {@inheritDoc} An acceptor waits for the dialer's word. */
    @Override
    public ByteStream awaitChoice(ByteStream proved) throws IOException {
        if (method != Method.ACCEPT) {
            return proved;
        }
        Line second = Line.read(proved);
        if (!(Command.of(second) instanceof Command.Continue)) {
            throw new ProtocolViolation("no CONTINUE");
        }
        return second.rest();
    }
}
