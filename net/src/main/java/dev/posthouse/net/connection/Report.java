package dev.posthouse.net.connection;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What was tried for a connection, and what came of it: what {@code --json}, a diagnosis and a status page draw.
 *
 * @param route what was chosen
 * @param ownCandidates the addresses that this end offered
 * @param observedAddress this end's address as the relay saw it, if it said
 * @param peerCandidates all that the peer offered, also those that were never tried
 * @param attempts every direct attempt, in the order in which they ended
 * @param relayRoundTrip the measured round trip to the relay
 * @param toMeeting from the start until both peers were at the relay
 * @param toConnected from the start until the route was chosen
 */
public record Report(
        Route route,
        List<InetSocketAddress> ownCandidates,
        Optional<InetSocketAddress> observedAddress,
        List<InetSocketAddress> peerCandidates,
        List<Attempt> attempts,
        Duration relayRoundTrip,
        Duration toMeeting,
        Duration toConnected) {

    public Report {
        ownCandidates = List.copyOf(ownCandidates);
        peerCandidates = List.copyOf(peerCandidates);
        attempts = List.copyOf(attempts);
    }

    /** Of a connection of which nothing direct was tried: no candidate was offered. Parameters as the components. */
    public static Report relayed(Route route, Duration relayRoundTrip, Duration toMeeting, Duration toConnected) {
        return new Report(
                route, List.of(), Optional.empty(), List.of(), List.of(), relayRoundTrip, toMeeting, toConnected);
    }

    /**
     * One candidate, or one connection that came in.
     *
     * @param remote whom
     * @param inbound whether the peer opened it
     * @param outcome what became of it, in a few words: "chosen", "refused 3 times", "not tried: own relay"
     * @param millis from the start of the attempts to its end
     */
    public record Attempt(InetSocketAddress remote, boolean inbound, String outcome, long millis) {}
}
