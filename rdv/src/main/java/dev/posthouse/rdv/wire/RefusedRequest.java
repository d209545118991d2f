package dev.posthouse.rdv.wire;

/** A request that the server refuses, with the answer. */
public final class RefusedRequest extends Exception {

    private final Refusal refusal;

    public RefusedRequest(Refusal refusal) {
        super(refusal.status() + " " + refusal.body());
        this.refusal = refusal;
    }

    /** What to answer. */
    public Refusal refusal() {
        return refusal;
    }
}
