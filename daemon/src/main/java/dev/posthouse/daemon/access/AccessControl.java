package dev.posthouse.daemon.access;

import dev.posthouse.crypto.PublicKey;
import dev.posthouse.net.Reason;
import dev.posthouse.rdv.server.Authoriser;
import dev.posthouse.rdv.wire.RdvRequest;
import dev.posthouse.rdv.wire.Refusal;
import java.net.InetAddress;
import java.util.Optional;

/** Applies the rules that are in force. Any thread; new rules hold for whoever comes next. */
public final class AccessControl implements Authoriser {

    private static final String SCHEME = "Bearer ";

    private static final Refusal NETWORK =
            new Refusal(403, "this relay does not serve your network", Reason.UNAUTHORIZED);
    private static final Refusal MISSING = new Refusal(
            401, "this relay needs a bearer token: send the header Authorization: Bearer TOKEN", Reason.UNAUTHORIZED);
    private static final Refusal UNKNOWN =
            new Refusal(401, "this relay does not know your bearer token", Reason.UNAUTHORIZED);

    private static final Refusal NOBODY =
            new Refusal(403, "this relay does not serve peers that have only a token", Reason.UNAUTHORIZED);

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

    @Override
    public Optional<Refusal> decide(RdvRequest request, InetAddress from) {
        AccessRules now = rules;
        if (!now.admits(from)) {
            return Optional.of(NETWORK);
        }
        if (now.byCredential() && now.tokens().isEmpty()) {
            return Optional.of(NOBODY);
        }
        return now.tokens().flatMap(known -> {
            String authorization =
                    request.head().headers().first("Authorization").orElse("");
            if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
                return Optional.of(MISSING);
            }
            String token = authorization.substring(SCHEME.length()).strip();
            return known.contains(token) ? Optional.empty() : Optional.of(UNKNOWN);
        });
    }

    /** Whether a client that has proved its identity may use the relay. */
    public boolean admits(PublicKey identity, InetAddress from) {
        AccessRules now = rules;
        return now.admits(from)
                && (!now.byCredential()
                        || now.keys()
                                .filter(known -> known.keys().contains(identity))
                                .isPresent());
    }
}
