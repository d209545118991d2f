package dev.posthouse.rdv.client;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.punch.PunchSocket;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.rdv.wire.Proof;
import dev.posthouse.rdv.wire.RdvResponse;
import dev.posthouse.rdv.wire.Token;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Two peers have met at the relay and nothing is chosen yet: what lies under {@link RdvClient#dial} and {@link
 * RdvClient#accept}. Whoever asks for one may go on from here in a way of its own; closing it closes the relay stream and
 * the socket.
 *
 * @param method which side this end is
 * @param token what the two have agreed on
 * @param proof what each side shows on a direct connection, before anything else
 * @param relay the stream to the relay, with every byte behind its 101 still in it; carries the commands and, if the relay
 *     is chosen, the peer's bytes
 * @param relayAddress the relay's
 * @param socket the port that is known to the peer
 * @param ownCandidates what was offered
 * @param response what the relay told: all of the peer's candidates, also those that will never be dialled
 * @param roundTrip to the relay, measured when it was connected to
 * @param metNanos {@link System#nanoTime()} when the 101 came
 * @param startNanos when all of it began
 */
public record Rendezvous(
        Method method,
        Token token,
        Proof proof,
        ByteStream relay,
        InetSocketAddress relayAddress,
        PunchSocket socket,
        List<AddressPort> ownCandidates,
        RdvResponse response,
        Duration roundTrip,
        long metNanos,
        long startNanos)
        implements AutoCloseable {

    @Override
    public void close() throws IOException {
        socket.close();
        relay.close();
    }
}
