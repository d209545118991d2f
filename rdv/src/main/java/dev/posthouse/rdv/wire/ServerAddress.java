package dev.posthouse.rdv.wire;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * The address of an rdv server: {@code http://HOST[:PORT][/PATH]}, or https.
 *
 * @param uri as given
 * @param tls whether it is https
 * @param host a name or an address literal without brackets
 * @param port given, or 80 or 443
 */
public record ServerAddress(URI uri, boolean tls, String host, int port) {

    private static final String FORM = "write http://HOST[:PORT][/PATH] or https://HOST[:PORT][/PATH]";

    /** @throws IllegalArgumentException if it is not of that form, with what is wrong */
    public static ServerAddress parse(String address) {
        try {
            return of(new URI(address));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a server address: " + e.getMessage() + "; " + FORM, e);
        }
    }

    /** @throws IllegalArgumentException if it is not of that form, with what is wrong */
    public static ServerAddress of(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("unexpected scheme [" + scheme + "]; " + FORM);
        }
        String host = uri.getHost();
        if (host == null || host.isEmpty()) {
            throw new IllegalArgumentException("the server address " + uri + " names no host; " + FORM);
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        boolean tls = scheme.equals("https");
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        if (port == 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is none; a port is 1 to 65535");
        }
        return new ServerAddress(uri, tls, host, port);
    }

    /** The value of the {@code Host} header: host and port as they were given. */
    public String hostHeader() {
        String named = host.contains(":") ? "[" + host + "]" : host;
        return uri.getPort() >= 0 ? named + ":" + uri.getPort() : named;
    }
}
