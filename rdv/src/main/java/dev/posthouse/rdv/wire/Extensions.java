package dev.posthouse.rdv.wire;

import dev.posthouse.net.http.Headers;
import java.time.Duration;
import java.util.Optional;

/**
 * What a client of ours adds to its request, and our server to the response for the other: headers that stock clients and servers ignore
 * and drop. A value that is none of ours reads as absent.
 *
 * @param roundTrip the client's round trip to the server
 * @param stream the highest version of the acknowledged stream that the client speaks, 1 or more; two clients speak the lower of theirs
 * @param nonce the client's part of what two show each other on direct connections ({@link Proof})
 */
public record Extensions(Optional<Duration> roundTrip, Optional<Integer> stream, Optional<String> nonce) {

    /** A stock client's. */
    public static final Extensions NONE = new Extensions(Optional.empty(), Optional.empty(), Optional.empty());

    private static final int MAX_VERSION_DIGITS = 4;

    /** What {@code to} is told of {@code about}: only what it says of itself, too, so that a stock client sees nothing new. */
    public static Extensions answer(Extensions to, Extensions about) {
        return new Extensions(
                to.roundTrip().isPresent() ? about.roundTrip() : Optional.empty(),
                to.stream().isPresent() ? about.stream() : Optional.empty(),
                to.nonce().isPresent() ? about.nonce() : Optional.empty());
    }

    static Extensions ofRequest(Headers headers) {
        return of(headers, Rdv.ROUND_TRIP, Rdv.STREAM, Rdv.PROOF);
    }

    static Extensions ofResponse(Headers headers) {
        return of(headers, Rdv.PEER_ROUND_TRIP, Rdv.PEER_STREAM, Rdv.PEER_PROOF);
    }

    private static Extensions of(Headers headers, String roundTrip, String stream, String nonce) {
        return new Extensions(
                headers.first(roundTrip).flatMap(Rtt::parse),
                headers.first(stream).flatMap(Extensions::version),
                headers.first(nonce).filter(Proof::isNonce));
    }

    private static Optional<Integer> version(String value) {
        if (value.isEmpty()
                || value.length() > MAX_VERSION_DIGITS
                || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        return Optional.of(Integer.parseInt(value)).filter(version -> version > 0);
    }

    void addToRequest(Headers.Builder headers) {
        add(headers, Rdv.ROUND_TRIP, Rdv.STREAM, Rdv.PROOF);
    }

    void addToResponse(Headers.Builder headers) {
        add(headers, Rdv.PEER_ROUND_TRIP, Rdv.PEER_STREAM, Rdv.PEER_PROOF);
    }

    private void add(Headers.Builder headers, String roundTripName, String streamName, String nonceName) {
        roundTrip.ifPresent(trip -> headers.add(roundTripName, Rtt.format(trip)));
        stream.ifPresent(version -> headers.add(streamName, Integer.toString(version)));
        nonce.ifPresent(drawn -> headers.add(nonceName, drawn));
    }
}
