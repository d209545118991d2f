package dev.posthouse.rdv.client;

import dev.posthouse.net.Timeouts;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Goes to a relay's lobby, and goes there again as long as the call's own time lasts: a relay sends away whoever has
 * waited for too long, and may join a client with a peer that has gone. Each visit has a socket of its own; what a visit
 * that failed has left open is closed before the next one.
 *
 * <p>Used by one thread, that of the call. The call's time limit and its cancellation end it through its {@link Scope}.
 */
final class LobbyVisits {

    /** The least time from the beginning of one visit to that of the next, so that no relay is asked in a tight loop. */
    static final Duration PAUSE = Duration.ofSeconds(1);

    /** One visit. */
    @FunctionalInterface
    interface Visit<T> {

        /** @throws BackToLobby if another visit may bring what this one did not */
        T pay() throws IOException, InterruptedException;
    }

    /** A visit ended without a peer, and another may bring one. Never leaves the client: its cause does. */
    @SuppressWarnings("serial") // never serialized
    static final class BackToLobby extends IOException {

        private final String notice;
        private final IOException failure;
        private final boolean always;

        private BackToLobby(String notice, IOException failure, boolean always) {
            super(failure);
            this.notice = notice;
            this.failure = failure;
            this.always = always;
        }

        /**
         * The relay says that nobody came in its own time: another visit only if the call has a longer one.
         *
         * @param notice said once if there is another visit: "still waiting: ..."
         * @param failure what the caller gets if there is none
         */
        static BackToLobby nobodyCame(String notice, IOException failure) {
            return new BackToLobby(notice, failure, false);
        }

        /** Whom the relay joined us with is no more: another visit in any case. */
        static BackToLobby peerHadGone(IOException failure) {
            return new BackToLobby("still waiting: the relay joined us with a peer that had gone", failure, true);
        }
    }

    private final Scope scope;
    private final Duration limit;
    private final Consumer<String> notices;
    private boolean noticed;

    /**
     * @param scope holds what a visit opens, and has the time limit
     * @param limit the call's own; with {@link Duration#ZERO}, for none, the relay's limit is the last word
     * @param notices takes the first visit's notice
     */
    LobbyVisits(Scope scope, Duration limit, Consumer<String> notices) {
        this.scope = scope;
        this.limit = limit;
        this.notices = notices;
    }

    /**
     * Pays visits until one brings something.
     *
     * @throws IOException what a visit threw; of a {@link BackToLobby} its failure
     * @throws InterruptedException if the thread was interrupted
     */
    <T> T until(Visit<T> visit) throws IOException, InterruptedException {
        while (true) {
            long began = System.nanoTime();
            try {
                return visit.pay();
            } catch (BackToLobby e) {
                if (limit.isZero() && !e.always) {
                    throw e.failure;
                }
                scope.startOver();
                if (!noticed) {
                    noticed = true;
                    notices.accept(e.notice);
                }
            }
            scope.pause(Timeouts.nanos(PAUSE) - (System.nanoTime() - began));
        }
    }
}
