package dev.posthouse.rdv.client;

import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.rdv.client.Picker.Candidate;
import dev.posthouse.rdv.client.Picker.Race;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** The ready-made pickers. */
final class Pickers {

    /**
     * In one-way trips between the peers. A dialer has its choice three of them after the meeting when all goes well (spec
     * 6.5); the rest is for a first SYN that was refused or lost and its repetition.
     */
    private static final int PATIENCE = 10;

    /**
     * Below this a busy host, not the path, decides whether a direct connection is in time; and a first SYN that was lost is
     * repeated after 250 ms, which must still pay.
     */
    private static final Duration LEAST = Duration.ofMillis(500);

    /** Longer nobody would take for a way of connecting. */
    private static final Duration MOST = Duration.ofSeconds(5);

    /** What the original waits, and so what a peer that does not tell its round trip may need. */
    private static final Duration ORIGINAL = Duration.ofSeconds(1);

    private Pickers() {}

    /** How long a direct connection is worth waiting for. */
    static Duration patience(Duration own, Optional<Duration> peer) {
        Duration oneWay = own.plus(peer.orElse(own)).dividedBy(2);
        Duration wait = oneWay.multipliedBy(PATIENCE);
        Duration least = peer.isPresent() ? LEAST : ORIGINAL;
        return wait.compareTo(least) < 0 ? least : wait.compareTo(MOST) > 0 ? MOST : wait;
    }

    static Candidate adaptive(Race race) throws IOException, InterruptedException {
        Duration patience = patience(race.roundTrip(), race.peerRoundTrip());
        Candidate candidate = waitForDirect(race, patience);
        return candidate.isDirect() || !race.exchangeUnderWay()
                ? candidate
                : waitForDirect(race, patience.multipliedBy(2));
    }

    static Candidate waitForDirect(Race race, Duration limit) throws IOException, InterruptedException {
        while (race.directIsPossible()) {
            Duration left = limit.minus(race.elapsed());
            if (!left.isPositive()) {
                break;
            }
            Optional<Candidate> next = race.next(left);
            if (next.isPresent() && next.get().isDirect()) {
                return next.get();
            }
        }
        return best(race);
    }

    static Candidate waitConstant(Race race, Duration limit) throws IOException, InterruptedException {
        while (true) {
            Duration left = limit.minus(race.elapsed());
            if (!left.isPositive()) {
                return best(race);
            }
            race.next(left);
        }
    }

    /** The first direct one, else the relay. */
    private static Candidate best(Race race) throws IOException, InterruptedException {
        while (race.next(Duration.ZERO).isPresent()) {
            // take in what has come meanwhile
        }
        return race.candidates().stream()
                .filter(Candidate::isDirect)
                .findFirst()
                .or(() -> race.candidates().stream().findFirst())
                .orElseThrow(() -> new PeerUnreachable(
                        "no route to the peer: no direct connection came about and the relay is gone"));
    }
}
