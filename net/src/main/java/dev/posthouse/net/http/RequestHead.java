package dev.posthouse.net.http;

import java.util.Optional;

/**
 * The head of a request (RFC 9112 section 3).
 *
 * @param method a token in its own case, perhaps one that no registry knows
 * @param target as it stands in the request line, nothing decoded: a path with or without a query, an absolute URI, an
 *     authority or {@code *}; neither empty nor with blanks or controls
 * @param version {@code HTTP/1.} and a digit
 * @param headers the header lines
 */
public record RequestHead(String method, String target, String version, Headers headers) {

    /** What a line takes besides its characters. */
    private static final int OBJECT = 64;

    /**
     * The whole head with the empty line behind it, for one write.
     *
     * @throws IllegalArgumentException if a part has a character that may not stand there, a line end above all; the
     *     message names the part and does not show it
     */
    public byte[] toBytes() {
        HeadWriter writer = new HeadWriter();
        writer.method(method);
        writer.target(target);
        writer.version(version);
        writer.endLine();
        return writer.headersAndEnd(headers);
    }

    /**
     * The path in a target, nothing decoded and without its query: of an absolute URI the part behind its authority, at least a slash.
     *
     * @param target as it stands in a request line
     * @return empty if it has none: an authority, {@code *}
     */
    public static Optional<String> pathOf(String target) {
        // First, since a query may have slashes of its own.
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        if (path.startsWith("/")) {
            return Optional.of(path);
        }
        int scheme = path.indexOf("://");
        if (scheme <= 0) {
            return Optional.empty();
        }
        int slash = path.indexOf('/', scheme + 3);
        return Optional.of(slash < 0 ? "/" : path.substring(slash));
    }

    /** About how many bytes of memory it takes, for whoever keeps it. */
    public long cost() {
        var cost = new long[] {OBJECT + method.length() + target.length()};
        headers.forEach((name, value) -> cost[0] += OBJECT + name.length() + value.length());
        return cost[0];
    }

    /** Without the target, which may carry a token, and without header values. */
    @Override
    public String toString() {
        return method + " " + version + " " + headers;
    }
}
