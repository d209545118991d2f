package dev.posthouse.daemon;

/** How a daemon ended; documented in docs/operations.md. */
public enum Ending {
    /** It was told to stop, and every circuit had finished. */
    DRAINED("drained", 0),
    /** It was told to stop, and circuits that ran past the deadline were cut: their peers lost a connection. */
    CUT("cut", 14),
    /** It was told to end at once. */
    AT_ONCE("at-once", 130);

    private final String label;
    private final int exitCode;

    Ending(String label, int exitCode) {
        this.label = label;
        this.exitCode = exitCode;
    }

    /** The word for it in the log. */
    public String label() {
        return label;
    }

    /** What the process exits with. */
    public int exitCode() {
        return exitCode;
    }
}
