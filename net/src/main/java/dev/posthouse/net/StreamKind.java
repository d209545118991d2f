package dev.posthouse.net;

/** What carries the bytes of a {@link ByteStream}. */
public enum StreamKind {
    /** A plain TCP connection. */
    TCP,
    /** TLS over another stream. */
    TLS,
    /** One end of an in-memory pair. */
    MEMORY,
    /** Anything else: a stream that an embedding program brought along. */
    OTHER
}
