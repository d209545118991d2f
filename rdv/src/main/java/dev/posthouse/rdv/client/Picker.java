package dev.posthouse.rdv.client;

import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.connection.Route;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Chooses the route of a dialer (spec 7). An acceptor has no choice: it takes the connection on which the dialer says so.
 *
 * <p>Called on the thread that dials. An interrupt ends the wait and the dialling with it.
 */
@FunctionalInterface
public interface Picker {

    /**
     * Chooses one of the candidates that the race yields.
     *
     * @throws IOException if no candidate is good enough; dialling fails with it
     * @throws InterruptedException if the thread was interrupted
     */
    Candidate pick(Race race) throws IOException, InterruptedException;

    /**
     * A connection that could be chosen: the relayed one, or a direct one whose other end is proved to be the peer.
     *
     * @param route where it runs
     * @param after since both peers met
     */
    record Candidate(Route route, Duration after) {
        /** Whether it is a direct one. */
        public boolean isDirect() {
            return route instanceof Route.Direct;
        }
    }

    /** What a picker looks at. */
    interface Race {

        /**
         * Waits for the next candidate. The relayed one comes first, unless the relay is gone.
         *
         * @param limit zero for not at all
         * @return empty when the time is up, or nothing can come any more
         */
        Optional<Candidate> next(Duration limit) throws InterruptedException;

        /** What has come so far, in that order. */
        List<Candidate> candidates();

        /** Whether a direct candidate can still come about, as far as anybody here can know. */
        boolean directIsPossible();

        /** Whether a direct connection stands and its other end is just proving itself. */
        boolean exchangeUnderWay();

        /** This end's measured round trip to the relay. */
        Duration roundTrip();

        /** The peer's round trip to the relay, if it told. */
        Optional<Duration> peerRoundTrip();

        /** Since both peers met. */
        Duration elapsed();
    }

    /** The first candidate of any kind: nearly always the relay. */
    static Picker first() {
        return race ->
                race.next(Duration.ofDays(1)).orElseThrow(() -> new PeerUnreachable("no route to the peer came about"));
    }

    /** The first direct one, or the relay when the time is up. */
    static Picker waitForDirect(Duration limit) {
        return race -> Pickers.waitForDirect(race, limit);
    }

    /** What is best when the time is up and never before: for looking at races. */
    static Picker waitConstant(Duration limit) {
        return race -> Pickers.waitConstant(race, limit);
    }

    /**
     * The first direct one, or the relay after as long as a direct one may take on this path: ten of the one-way trips
     * between the peers, which half their two round trips to the relay add up to. A peer that does not tell its round trip
     * gets the original's second, and more on a long path. Whoever is just proving itself when the time is up gets as long
     * again.
     */
    static Picker adaptive() {
        return Pickers::adaptive;
    }
}
