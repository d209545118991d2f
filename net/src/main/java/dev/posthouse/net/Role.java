package dev.posthouse.net;

/** The two sides of a meeting. */
public enum Role {
    /** Who wants to reach somebody. */
    DIALER,
    /** Who wants to be reached. */
    ACCEPTOR;

    /** The one that this one meets. */
    public Role other() {
        return this == DIALER ? ACCEPTOR : DIALER;
    }

    /** The word for it in logs and JSON. */
    public String label() {
        return this == DIALER ? "dialer" : "acceptor";
    }
}
