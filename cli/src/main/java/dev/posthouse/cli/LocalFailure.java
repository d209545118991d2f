package dev.posthouse.cli;

import dev.posthouse.net.acknowledged.AbortReason;
import java.io.IOException;

/** Input or output of this process failed, and neither the network nor the peer has anything to do with it. */
final class LocalFailure extends IOException {

    private static final long serialVersionUID = 1L;

    /** Which of the two. */
    enum Side {
        INPUT("local-input", AbortReason.INPUT_FAILED),
        OUTPUT("local-output", AbortReason.OUTPUT_FAILED);

        private final String label;
        private final AbortReason reason;

        Side(String label, AbortReason reason) {
            this.label = label;
            this.reason = reason;
        }

        /** What the peer is told. */
        AbortReason reason() {
            return reason;
        }
    }

    private final Side side;

    /** With the sentence of {@code cause}. */
    LocalFailure(Side side, IOException cause) {
        super(Failures.message(cause), cause);
        this.side = side;
    }

    /** The word for it in JSON. */
    String label() {
        return side.label;
    }
}
