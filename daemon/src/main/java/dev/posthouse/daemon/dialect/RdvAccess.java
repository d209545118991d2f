package dev.posthouse.daemon.dialect;

import dev.posthouse.daemon.access.AccessControl;
import dev.posthouse.daemon.access.AccessRules;
import dev.posthouse.net.Reason;
import dev.posthouse.rdv.server.Authoriser;
import dev.posthouse.rdv.wire.RdvRequest;
import dev.posthouse.rdv.wire.Refusal;
import java.net.InetAddress;
import java.util.Optional;

/** The rules in force, as an rdv server asks for them. */
record RdvAccess(AccessControl access) implements Authoriser {

    private static final String SCHEME = "Bearer ";

    private static final Refusal NETWORK =
            new Refusal(403, "this relay does not serve your network", Reason.UNAUTHORIZED);
    private static final Refusal MISSING = new Refusal(
            401, "this relay needs a bearer token: send the header Authorization: Bearer TOKEN", Reason.UNAUTHORIZED);
    private static final Refusal UNKNOWN =
            new Refusal(401, "this relay does not know your bearer token", Reason.UNAUTHORIZED);

    private static final Refusal NOBODY =
            new Refusal(403, "this relay does not serve peers that have only a token", Reason.UNAUTHORIZED);

    @Override
    public Optional<Refusal> decide(RdvRequest request, InetAddress from) {
        AccessRules now = access.rules();
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
}
