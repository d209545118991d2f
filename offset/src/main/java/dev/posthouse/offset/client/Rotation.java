package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519PublicKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Dials a peer at several relays in turn (spec 8.3): each attempt begins behind the relay of the one before, also of the call before.
 * Between two rounds, not between two relays as in the original, there is a pause: that one relay fails says nothing of the next.
 *
 * <p>Thread-safe.
 */
final class Rotation {

    /** Our decision: peers whose last relay is remembered. */
    private static final int MOST_PEERS = 1024;

    private final Legs legs;
    private final int rounds;
    private final Supplier<RandomGenerator> randomness;
    // Guarded by this. The least recently dialled is forgotten first.
    private final SequencedMap<Ed25519PublicKey, RelayAddress> last = new LinkedHashMap<>(16, 0.75f, true);

    Rotation(Legs legs, int rounds, Supplier<RandomGenerator> randomness) {
        this.legs = legs;
        this.rounds = rounds;
        this.randomness = randomness;
    }

    OffsetConnection dial(List<RelayAddress> relays, Ed25519PublicKey peer) throws IOException, InterruptedException {
        var backOff = new BackOff(legs.channels().ticks(), randomness.get());
        for (int round = 1; ; round++) {
            try {
                return once(relays, peer);
            } catch (IOException e) {
                if (round >= rounds) {
                    throw e;
                }
            }
            backOff.pause();
        }
    }

    /** Each relay once. */
    OffsetConnection once(List<RelayAddress> relays, Ed25519PublicKey peer) throws IOException {
        List<IOException> failures = new ArrayList<>();
        for (RelayAddress relay : inTurn(relays, peer)) {
            remember(peer, relay);
            try {
                return legs.connect(relay, peer, new Progress());
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                failures.add(e);
            }
        }
        IOException latest = failures.removeLast();
        failures.forEach(latest::addSuppressed);
        throw latest;
    }

    private synchronized List<RelayAddress> inTurn(List<RelayAddress> relays, Ed25519PublicKey peer) {
        List<RelayAddress> turned = new ArrayList<>(relays);
        RelayAddress before = last.get(peer);
        if (before != null) {
            // Behind that one; if it is not there any more, with the first.
            Collections.rotate(turned, -1 - relays.indexOf(before));
        }
        return turned;
    }

    private synchronized void remember(Ed25519PublicKey peer, RelayAddress relay) {
        last.put(peer, relay);
        if (last.size() > MOST_PEERS) {
            last.pollFirstEntry();
        }
    }
}
