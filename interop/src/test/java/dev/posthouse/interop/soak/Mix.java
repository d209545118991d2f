package dev.posthouse.interop.soak;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/** What comes to the relay, and how often: a busy day of a small relay in an hour, about 130 000 circuits and 35 GB. */
final class Mix {

    /** What peers do in one visit. */
    @FunctionalInterface
    interface Course {
        /**
         * @throws IOException if the relay did to it what it should not have
         * @throws AssertionError if bytes, or an answer, were wrong
         */
        void run(Visit visit) throws IOException, InterruptedException;
    }

    /**
     * One kind of visit.
     *
     * @param name for the table at the end
     * @param perSecond how many come, on average
     */
    record Kind(String name, double perSecond, Course course) {}

    static final List<Kind> KINDS = List.of(
            new Kind("rdv: some kilobytes each way", 25, RdvVisits::small),
            new Kind("rdv: up to 16 MiB one way", 2, RdvVisits::large),
            new Kind("rdv: question, half-close, answer", 1.5, RdvVisits::halfClosed),
            new Kind("rdv: a little now and then", 0.5, RdvVisits::chatting),
            new Kind("rdv: idle for up to a minute", 0.4, RdvVisits::idle),
            new Kind("rdv: slow reader", 0.3, RdvVisits::slowReader),
            new Kind("rdv: nobody reads", 0.05, RdvVisits::stalled),
            new Kind("rdv: reset in the middle", 1.5, RdvVisits::resetInTheMiddle),
            new Kind("rdv: leaves before its partner comes", 2, RdvVisits::abandoned),
            new Kind("rdv: waits, and nobody comes", 0.5, RdvVisits::nobodyComes),
            new Kind("rdv: comes again while it waits", 1, RdvVisits::replaced),
            new Kind("rdv: found a direct way", 2, RdvVisits::direct),
            new Kind("rdv: met, and no choice", 0.5, RdvVisits::noChoice),
            new Kind("offset: messages each way", 1.5, OffsetVisits::small),
            new Kind("offset: up to 8 MiB back", 0.1, OffsetVisits::large),
            new Kind("offset: several callers", 0.2, OffsetVisits::callers),
            new Kind("offset: speaks before it is accepted", 0.5, OffsetVisits::early),
            new Kind("offset: tunnel idle for up to a minute", 0.1, OffsetVisits::idle),
            new Kind("offset: listens, and nobody calls", 0.2, OffsetVisits::listens),
            new Kind("offset: rejected by the listener", 0.3, OffsetVisits::rejected),
            new Kind("offset: caller leaves", 0.3, OffsetVisits::abandoned),
            new Kind("offset: caller is not answered", 0.05, OffsetVisits::unanswered),
            new Kind("offset: nobody listens", 0.3, OffsetVisits::nobodyListens),
            new Kind("offset: listener leaves", 0.2, OffsetVisits::listenerLeaves),
            new Kind("offset: listener comes again", 0.2, OffsetVisits::listenerReplaced),
            new Kind("offset: reset in the middle", 0.4, OffsetVisits::resetInTheMiddle),
            new Kind("offset: unknown key", 0.3, OffsetVisits::stranger),
            new Kind("offset: handshake that breaks off", 0.3, OffsetVisits::brokenHandshake),
            new Kind("wrong request", 4, WrongVisits::request),
            new Kind("denied network", 0.5, WrongVisits::denied),
            new Kind("half a head", 0.5, WrongVisits::halfHead),
            new Kind("says nothing", 0.5, WrongVisits::silent),
            new Kind("TLS begun and left", 1, WrongVisits::tlsLeft),
            new Kind("reload", 0.03, AdminVisits::reload),
            new Kind("reload that is refused", 0.01, AdminVisits::reloadWrong),
            new Kind("metrics", 0.3, AdminVisits::metrics),
            new Kind("status and health", 0.2, AdminVisits::status),
            new Kind("wrong request to the admin port", 0.1, AdminVisits::wrong));

    private static final double ALL =
            KINDS.stream().mapToDouble(Kind::perSecond).sum();

    private Mix() {}

    /** One kind, as often as it is to come. */
    static Kind draw(SplittableRandom random) {
        double at = random.nextDouble(ALL);
        for (Kind kind : KINDS) {
            at -= kind.perSecond();
            if (at < 0) {
                return kind;
            }
        }
        return KINDS.getFirst();
    }

    /** The time to the next visit, in seconds: they come independently of one another. */
    static double gap(SplittableRandom random) {
        return -Math.log(1 - random.nextDouble()) / ALL;
    }
}
