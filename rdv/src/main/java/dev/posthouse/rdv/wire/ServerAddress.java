package dev.posthouse.rdv.wire;

import dev.posthouse.net.address.HostName;
import dev.posthouse.net.address.HostPort;
import dev.posthouse.net.address.ShownAddress;
import dev.posthouse.net.http.BasicCredentials;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The address of an rdv server: {@code http://HOST[:PORT][/PATH]}, or https, there with {@code USER:PASSWORD@} before the
 * host where the server wants Basic credentials. A query is sent with the request, as the original does, for gateways that
 * want one; it may be a secret, and is shown as little as a user and a password are.
 *
 * @param tls whether it is https
 * @param host a name or an address literal without brackets, as {@link HostName#parse} gives it
 * @param givenPort if it has one
 * @param path as it is sent, nothing decoded; empty, or begins with a slash
 * @param query as it is sent, without the question mark; may be a secret
 * @param credentials those before the host; only with https
 */
public record ServerAddress(
        boolean tls,
        String host,
        OptionalInt givenPort,
        String path,
        Optional<String> query,
        Optional<BasicCredentials> credentials) {

    private static final String FORM = "write http://HOST[:PORT][/PATH] or https://HOST[:PORT][/PATH]";

    /** RFC 3986 has none of these in a path or a query. */
    private static final String UNUSUAL = "\"<>\\^`{|}";

    /** @throws IllegalArgumentException if it is not of that form, with what is wrong; repeats nothing that may be a secret */
    public static ServerAddress parse(String address) {
        int colon = address.indexOf("://");
        String scheme = colon < 0 ? "" : address.substring(0, colon).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw wrong("an rdv address begins with http:// or https://");
        }
        boolean tls = scheme.equals("https");
        String rest = address.substring(colon + 3);
        if (rest.contains("#")) {
            throw wrong(
                    "an rdv address has no fragment: nothing of what stands behind '#' would be sent; a '#' in a path"
                            + " or a password is written %23");
        }
        int question = rest.indexOf('?');
        Optional<String> query = question < 0 ? Optional.empty() : Optional.of(rest.substring(question + 1));
        String before = question < 0 ? rest : rest.substring(0, question);
        int slash = before.indexOf('/');
        String authority = slash < 0 ? before : before.substring(0, slash);
        String path = slash < 0 ? "" : before.substring(slash);
        requireSendable("path", path);
        query.ifPresent(text -> requireSendable("query", text));
        int at = authority.lastIndexOf('@');
        HostPort hostPort = hostPort(authority.substring(at + 1));
        if (at >= 0 && !tls) {
            throw new IllegalArgumentException(
                    "over http:// a user and a password would be sent in clear: use https://,"
                            + " or leave them out of the address and give the header Authorization, if everybody on the way may"
                            + " read it");
        }
        Optional<BasicCredentials> credentials =
                at < 0 ? Optional.empty() : Optional.of(BasicCredentials.parse(authority.substring(0, at)));
        return new ServerAddress(tls, hostPort.host(), hostPort.port(), path, query, credentials);
    }

    /** @throws IllegalArgumentException as {@link #parse} */
    public static ServerAddress of(URI uri) {
        return parse(uri.toString());
    }

    private static HostPort hostPort(String text) {
        if (text.isEmpty()) {
            throw wrong("the server address names no host");
        }
        HostPort hostPort;
        try {
            hostPort = HostPort.parse(text.endsWith(":") ? text.substring(0, text.length() - 1) : text);
        } catch (IllegalArgumentException e) {
            throw wrong("not a server address: " + e.getMessage());
        }
        if (hostPort.port().isPresent() && hostPort.port().getAsInt() == 0) {
            throw new IllegalArgumentException("port 0 is none; a port is 1 to 65535");
        }
        return hostPort;
    }

    private static void requireSendable(String part, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escape =
                    c == '%' && (Character.digit(at(text, i + 1), 16) < 0 || Character.digit(at(text, i + 2), 16) < 0);
            if (c <= ' ' || c == 0x7f || UNUSUAL.indexOf(c) >= 0 || escape) {
                throw wrong("the " + part + " of the server address has a character, the " + (i + 1)
                        + "th, that must be escaped as in a URL: % and two hexadecimal digits");
            }
        }
    }

    private static char at(String text, int index) {
        return index < text.length() ? text.charAt(index) : ' ';
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what + "; " + FORM);
    }

    /** The port given, or 80 or 443. */
    public int port() {
        return givenPort.orElse(tls ? 443 : 80);
    }

    /** Host and port, always with the port: what is reached, in messages. */
    public String hostAndPort() {
        return HostName.inUrl(host) + ":" + port();
    }

    /** The value of the {@code Host} header: host and port as they were given, without a zone, which is this host's own. */
    public String hostHeader() {
        String named = HostName.inUrl(HostName.withoutZone(host));
        return givenPort.isPresent() ? named + ":" + givenPort.getAsInt() : named;
    }

    /** The same place by the other of http and https: what to try where this one is spoken to in vain. */
    public String other() {
        String port = givenPort.isPresent() ? ":" + givenPort.getAsInt() : "";
        return (tls ? "http://" : "https://") + HostName.inUrl(host) + port + path;
    }

    /** What may be shown: scheme, host, port and path. */
    @Override
    public String toString() {
        return ShownAddress.of((tls ? "https://" : "http://") + new HostPort(host, givenPort) + path);
    }
}
