package dev.posthouse.net.acknowledged;

/** Why an end gave a stream up: the byte in an {@code ABORT} frame. A byte that is not known here reads as {@link #UNSPECIFIED}. */
public enum AbortReason {
    /** It did not say. */
    UNSPECIFIED(0, "it gave no reason"),
    /** The user or the system ended its program. */
    INTERRUPTED(1, "it was interrupted"),
    /** What it was to send could not be read to its end. */
    INPUT_FAILED(2, "it could not read its input to the end"),
    /** What it received could not be written. */
    OUTPUT_FAILED(3, "it could not write what it received"),
    /** It closed the stream before it had taken everything. */
    CLOSED(4, "it closed the connection before it had taken everything");

    private final int code;
    private final String sentence;

    AbortReason(int code, String sentence) {
        this.code = code;
        this.sentence = sentence;
    }

    int code() {
        return code;
    }

    /** What the peer did, as the end of a sentence about it. */
    public String sentence() {
        return sentence;
    }

    static AbortReason of(int code) {
        for (AbortReason reason : values()) {
            if (reason.code == code) {
                return reason;
            }
        }
        return UNSPECIFIED;
    }
}
