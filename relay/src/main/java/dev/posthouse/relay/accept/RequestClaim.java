package dev.posthouse.relay.accept;

import java.util.Locale;

/**
 * Which requests of HTTP are a dialect's. A method goes before a word, a word that stands earlier in the request before a later one,
 * either before the rest.
 */
public sealed interface RequestClaim {

    /** Those with a method, in its own case. */
    record Method(String name) implements RequestClaim {
        @Override
        public String toString() {
            return "with the method " + name;
        }
    }

    /** Those with a word in {@code Upgrade}, in any case. Not {@code websocket}: see {@link Entrance.WebSockets}. */
    record Upgrade(String word) implements RequestClaim {
        public Upgrade {
            word = word.toLowerCase(Locale.ROOT);
        }

        @Override
        public String toString() {
            return "with Upgrade: " + word;
        }
    }

    /**
     * Those that are nobody's, so that they get the answer that this dialect's peers know. What is no request, too, counts as this
     * dialect's.
     */
    record Rest() implements RequestClaim {
        @Override
        public String toString() {
            return "that nobody else takes";
        }
    }
}
