package dev.posthouse.relay.accept;

import java.io.IOException;

/** One protocol that a relay speaks: what it is called, and how it begins. A value: it holds no thread. */
public interface Dialect {

    /** The word for it in events, metric labels and JSON: "rdv". */
    String name();

    /**
     * Begins to serve: binds what it binds itself and starts its clocks.
     *
     * @param services shared with the other dialects of the same relay
     * @throws IOException if it cannot; nothing is left behind then
     */
    Service open(RelayServices services) throws IOException;
}
