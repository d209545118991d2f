package dev.posthouse.bench.contestant;

/** What peers can wait for; a relay may know some of it. */
public enum WaitingRole {
    /** The partner of the same token. */
    PARTNER,
    /** Whoever wants to be connected to it. */
    CALLERS,
    /** The answer of the one that it wants to be connected to. */
    ANSWER
}
