package dev.posthouse.interop.offset;

/** Whose program. */
enum Side {
    OURS,
    PEER
}
