package dev.posthouse.daemon.configuration;

import java.util.List;

/**
 * What a dialect adds to the settings. The daemon finds those that there are by {@code META-INF/services} of this name: the list of the
 * dialects that it can serve, in the order in which they stand there.
 */
public interface DialectSettings {

    /** The word for the dialect in settings, events, metrics and JSON: lower case, without blanks. */
    String name();

    /** What its peers show to be let in, where access is restricted. */
    Credential credential();

    /** What a peer can show. */
    enum Credential {
        /** One of the tokens of {@link Settings#ACCESS_TOKENS}. */
        TOKEN,
        /** That one of the keys of {@link Settings#ACCESS_KEYS} is its own. */
        KEY
    }

    /** Its own settings, all in the section of its name. */
    List<Setting<?>> settings();
}
