package dev.posthouse.relay.meet;

import dev.posthouse.net.Role;
import dev.posthouse.net.address.AddressPort;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who waits for whom. Holds values only; the live connection of one who waits stays in its node's {@link WaitingRoom}
 * under the slot named here. In memory by {@link MemoryDirectory}; a directory that several nodes share has the same
 * shape.
 *
 * <p>Thread-safe. {@link #meet} and {@link #match} decide at once and never wait for a partner.
 */
public interface Directory {

    /**
     * Somebody who waits, or would.
     *
     * @param dialect by which the names are told apart
     * @param name what the two sides have agreed on: a token, a key
     * @param role one of the dialect's two roles; two of the same role never meet
     * @param offer what the partner is told
     * @param node whose waiting room holds the connection
     * @param slot where it stands there
     * @param arrival its place in the order in which that node's came: who came later wins, in whatever order their words reach the
     *     directory, and also over one that comes back from a partner that had gone
     * @param expiry when a directory may forget it
     */
    record Presence(
            String dialect, String name, Role role, Offer offer, String node, long slot, long arrival, Instant expiry) {

        /** Whether it came before {@code other}; nobody can tell of two nodes, where whoever is heard last counts as later. */
        public boolean isOlderThan(Presence other) {
            return node.equals(other.node) && arrival < other.arrival;
        }
    }

    /**
     * What a peer tells its partner.
     *
     * @param candidates addresses at which it may be reached, as it said itself
     * @param observed its address as the relay saw it
     */
    record Offer(List<AddressPort> candidates, Optional<AddressPort> observed) {

        /** Of a peer that is reached through the relay alone. */
        public static final Offer NONE = new Offer(List.of(), Optional.empty());

        public Offer {
            candidates = List.copyOf(candidates);
        }
    }

    /** What came of {@link #meet}. */
    sealed interface Meeting {
        /**
         * Its partner was waiting; neither is in the directory now.
         *
         * @param partner where the partner is: on this node, or on another
         */
        record Matched(Presence partner) implements Meeting {}

        /**
         * It waits now.
         *
         * @param replaced the one of the same name and role whose place it took; no longer in the directory
         */
        record Waiting(Optional<Presence> replaced) implements Placing {}

        /** One of the same name and role that came later is there; it stays, and this one is not in the directory. */
        record Superseded() implements Placing {}
    }

    /** What came of {@link #announce}, or of {@link #meet} where there was no partner. */
    sealed interface Placing extends Meeting {}

    /**
     * Takes out whoever waits in the other role under a name: for one who may not, or need not, wait.
     *
     * @param role of the one who asks
     * @return where the partner is; empty if none waits
     */
    Optional<Presence> match(String dialect, String name, Role role);

    /** Matches {@code presence} with the other role of its name if that waits, or else lets it wait. */
    Meeting meet(Presence presence);

    /**
     * Makes somebody known who stays to be called: unlike in {@link #meet}, any number of others can {@linkplain #find
     * find} it, one after the other, and it stays until it is {@linkplain #withdraw withdrawn}. Such names do not meet
     * those that wait for each other.
     *
     * @return whether it is there now, and the one of the same name whose place it took
     */
    Placing announce(Presence presence);

    /** Who was {@linkplain #announce announced} under a name and is still there. */
    Optional<Presence> find(String dialect, String name);

    /**
     * Puts back who was matched with somebody that could not take it: it waits as before, unless somebody else has come under its name
     * since.
     */
    void restore(Presence presence);

    /** Takes it out, whether it waits or was announced. Whether it was still there. */
    boolean withdraw(Presence presence);
}
