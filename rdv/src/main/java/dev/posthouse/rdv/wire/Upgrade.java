package dev.posthouse.rdv.wire;

import dev.posthouse.net.http.Headers;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The headers that make a connection change its protocol, the same both ways. The original takes them in one spelling
 * only; lists are taken here, too, since some proxies rewrite them (spec 10.2 #4).
 */
final class Upgrade {

    private Upgrade() {}

    /** What is wrong, in the original's words (spec 2.4 rows 2 to 4); empty if nothing is. */
    static Optional<String> wrong(Headers headers) {
        String connection = headers.first("Connection").orElse("");
        if (!words(connection).contains("upgrade")) {
            return Optional.of("invalid rdv upgrade: requires connection upgrade");
        }
        Optional<String> upgrade = headers.first("Upgrade");
        if (upgrade.isEmpty() || upgrade.get().isBlank()) {
            return Optional.of("invalid rdv upgrade: missing upgrade header");
        }
        if (!words(upgrade.get()).contains(Rdv.PROTOCOL)) {
            return Optional.of(
                    "invalid rdv upgrade: bad upgrade " + upgrade.get().strip().toLowerCase(Locale.ROOT));
        }
        return Optional.empty();
    }

    private static List<String> words(String value) {
        return List.of(value.toLowerCase(Locale.ROOT).strip().split("\\s*,\\s*", -1));
    }
}
