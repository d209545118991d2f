package dev.posthouse.rdv.wire;

import dev.posthouse.net.http.Headers;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The headers that make a connection change its protocol, the same both ways. The original takes them in one spelling
 * only; lists are taken here, too, on one line or several, since some proxies rewrite them (spec 10.2 #4).
 */
final class Upgrade {

    private Upgrade() {}

    /** What is wrong, in the original's words (spec 2.4 rows 2 to 4); empty if nothing is. */
    static Optional<String> wrong(Headers headers) {
        if (!headers.lists("Connection", "upgrade")) {
            return Optional.of("invalid rdv upgrade: requires connection upgrade");
        }
        List<String> upgrade = headers.list("Upgrade");
        if (upgrade.isEmpty()) {
            return Optional.of("invalid rdv upgrade: missing upgrade header");
        }
        if (upgrade.stream().noneMatch(Rdv.PROTOCOL::equalsIgnoreCase)) {
            return Optional.of("invalid rdv upgrade: bad upgrade "
                    + String.join(", ", upgrade).toLowerCase(Locale.ROOT));
        }
        return Optional.empty();
    }
}
