package dev.posthouse.relay.accept;

import java.io.IOException;

/** One protocol that a relay speaks: what it is called, and how it begins. A value: it holds no thread. */
public interface Dialect {

    /** The word for it in events, metric labels and JSON: "rdv". */
    String name();

    /**
     * Begins to serve: binds what it binds itself and starts its clocks. Called once for each relay, and so once for each address at
     * which a daemon accepts connections: what can be there only once has to be there before.
     *
     * @param services shared with the other dialects of the same relay
     * @throws IOException if it cannot; nothing is left behind then
     */
    Service open(RelayServices services) throws IOException;
}
