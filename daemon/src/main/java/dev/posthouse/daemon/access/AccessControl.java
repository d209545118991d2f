package dev.posthouse.daemon.access;

import dev.posthouse.crypto.Ed25519PublicKey;
import java.net.InetAddress;

/** Applies the rules that are in force. Any thread; new rules hold for whoever comes next. */
public final class AccessControl {

    private volatile AccessRules rules;

    /** With rules to start with. */
    public AccessControl(AccessRules rules) {
        this.rules = rules;
    }

    /** The rules in force. */
    public AccessRules rules() {
        return rules;
    }

    /** Changes the rules. */
    public void rules(AccessRules next) {
        rules = next;
    }

    /** Whether a client that has proved its identity may use the relay. */
    public boolean admits(Ed25519PublicKey identity, InetAddress from) {
        AccessRules now = rules;
        return now.admits(from)
                && (!now.byCredential()
                        || now.keys()
                                .filter(known -> known.keys().contains(identity))
                                .isPresent());
    }
}
