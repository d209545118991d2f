package dev.posthouse.daemon.configuration;

import java.util.Locale;

/** The protocols that the daemon can serve. */
public enum DialectName {
    /** rdv: HTTP/1.1 upgrades, by token. */
    RDV,
    /** The Offset relay: listeners and connectors, by public key. */
    OFFSET;

    /** The word for it in settings, events and metrics. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
