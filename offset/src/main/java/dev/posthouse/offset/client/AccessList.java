package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519PublicKey;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who may connect to a listener; nobody, until somebody is allowed (spec 8.2). Changes at run time; a change concerns later requests,
 * and connections that run go on. Thread-safe.
 */
public final class AccessList {

    private final Set<Ed25519PublicKey> allowed = ConcurrentHashMap.newKeySet();
    private final Set<Ed25519PublicKey> denied = ConcurrentHashMap.newKeySet();
    private volatile boolean everybody;

    /** Allows nobody. */
    public AccessList() {}

    /** Allows these. */
    public static AccessList of(Ed25519PublicKey... peers) {
        var list = new AccessList();
        for (Ed25519PublicKey peer : peers) {
            list.allow(peer);
        }
        return list;
    }

    /** From now on this peer may connect. */
    public void allow(Ed25519PublicKey peer) {
        allowed.add(peer);
        denied.remove(peer);
    }

    /** From now on this peer may not connect, even if everybody else may. */
    public void deny(Ed25519PublicKey peer) {
        denied.add(peer);
        allowed.remove(peer);
    }

    /** From now on everybody may connect who is not denied: whoever it is has proved its identity when it is handed out. */
    public void allowAll() {
        everybody = true;
    }

    /** Whether this peer may connect. */
    public boolean allows(Ed25519PublicKey peer) {
        return !denied.contains(peer) && (everybody || allowed.contains(peer));
    }
}
