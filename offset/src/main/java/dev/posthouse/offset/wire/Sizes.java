package dev.posthouse.offset.wire;

/** The lengths in bytes of the fixed-size values (spec 6.4). */
final class Sizes {

    /** An Ed25519 public key, which is an identity. */
    static final int PUBLIC_KEY = 32;

    /** An X25519 public key. */
    static final int DH_PUBLIC_KEY = 32;

    static final int RAND_NONCE = 16;
    static final int SALT = 32;

    /** An Ed25519 signature. */
    static final int SIGNATURE = 64;

    private Sizes() {}
}
