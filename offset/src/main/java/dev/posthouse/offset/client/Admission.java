package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519PublicKey;

/** Whether a peer that asks for us at a relay may connect. Asked on the listen channel's thread; must not block. */
@FunctionalInterface
interface Admission {
    boolean admits(RelayAddress relay, Ed25519PublicKey peer);
}
