package dev.posthouse.relay.accept;

import java.io.IOException;
import java.util.Optional;

/** One protocol that a relay speaks: what it is called, how it is told from others, and how it begins. A value: it holds no thread. */
public interface Dialect {

    /** The word for it in events, metric labels and JSON: "rdv". */
    String name();

    /** How its connections are told from others'. Empty if it is not reached by connections that the relay accepts. */
    Optional<Detector> detector();

    /**
     * Begins to serve: binds what it binds itself and starts its clocks.
     *
     * @param services shared with the other dialects of the same relay
     * @throws IOException if it cannot; nothing is left behind then
     */
    Service open(RelayServices services) throws IOException;
}
