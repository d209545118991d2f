package dev.posthouse.interop.nat;

/** Whose client or server it is. */
enum Program {
    OURS,
    /** The original, rdv v0.0.6, in {@code rdvpeer}. */
    GO
}
