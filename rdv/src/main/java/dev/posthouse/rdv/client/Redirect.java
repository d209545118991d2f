package dev.posthouse.rdv.client;

import dev.posthouse.net.address.HostName;
import dev.posthouse.net.address.ShownAddress;
import dev.posthouse.rdv.wire.ServerAddress;
import java.util.Optional;

/**
 * Where a server says that it has moved to. It is not followed: a request carries a token and perhaps credentials, which
 * whoever answers must not be able to send elsewhere.
 *
 * @param place the address to be used, without what stood in the request; empty if it cannot be told
 */
record Redirect(Optional<String> place) {

    /**
     * Reads it.
     *
     * @param target of the request, the token in it
     * @param location the header's value: an address, or a path at this server
     */
    static Redirect of(ServerAddress server, String target, String location) {
        String address = location;
        if (location.startsWith("//")) {
            address = (server.tls() ? "https:" : "http:") + location;
        } else if (location.startsWith("/")) {
            String port =
                    server.givenPort().isPresent() ? ":" + server.givenPort().getAsInt() : "";
            String host = HostName.inUrl(server.host());
            address = (server.tls() ? "https://" : "http://") + host + port + location;
        }
        String shown = ShownAddress.of(address);
        if (shown.contains("…") || !(shown.startsWith("http://") || shown.startsWith("https://"))) {
            return new Redirect(Optional.empty());
        }
        return new Redirect(Optional.of(withoutToken(shown, server.path(), target)));
    }

    /** Most servers repeat the request's path, and so the token, which is a secret. */
    private static String withoutToken(String shown, String path, String target) {
        String asked = target.contains("?") ? target.substring(0, target.indexOf('?')) : target;
        String base = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        String token = asked.startsWith(base) ? asked.substring(base.length()) : asked;
        int slash = shown.indexOf('/', shown.indexOf("://") + 3);
        if (slash < 0) {
            return shown;
        }
        if (shown.endsWith(token)) {
            String before = shown.substring(0, shown.length() - token.length());
            return before.length() >= slash ? before : shown.substring(0, slash);
        }
        // A path of another form may have the token in any spelling.
        return shown.substring(0, slash);
    }

    String sentence(String status) {
        return place.map(to -> "the server moved: use " + to + " (it answered " + status + ")")
                .orElse("the server answered " + status + ", and names no http or https address to go to");
    }
}
