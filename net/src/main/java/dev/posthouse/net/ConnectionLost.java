package dev.posthouse.net;

import org.jspecify.annotations.Nullable;

/** A connection ended, though nobody said that it was to: what had been received before is a prefix of what was sent. */
public final class ConnectionLost extends NetworkFailure {

    private static final long serialVersionUID = 1L;

    /** How it was lost. */
    public enum How {
        /** It was closed or reset on the way, before the peer had said that its direction ends. */
        CUT("cut"),
        /** Nothing was heard from the peer for too long. */
        SILENT("peer-silent"),
        /** The peer said that it gives up, and why. */
        ABORTED("peer-aborted");

        private final String label;

        How(String label) {
            this.label = label;
        }

        /** The word for it in logs and JSON. */
        public String label() {
            return label;
        }
    }

    private final How how;

    public ConnectionLost(How how, String message) {
        this(how, message, null);
    }

    public ConnectionLost(How how, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.how = how;
    }

    /** How it was lost. */
    public How how() {
        return how;
    }
}
