package dev.posthouse.rdv.wire;

import dev.posthouse.net.Reason;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A client's request (spec 2.1).
 *
 * @param method DIAL or ACCEPT
 * @param token the path's bytes without its first slash and unescaped, one char for each byte: two names are equal when
 *     these are
 * @param selfAddrs the client's candidates, at most {@link Rdv#MAX_SELF_ADDRS}
 * @param extensions what a client of ours adds
 * @param head everything as it came, with the application's headers
 */
public record RdvRequest(
        Method method, String token, List<AddressPort> selfAddrs, Extensions extensions, RequestHead head) {

    /** A header of the application's own, or what the credentials of the address become. */
    public static final String AUTHORIZATION = "Authorization";

    public RdvRequest {
        selfAddrs = List.copyOf(selfAddrs);
    }

    /** The token as text, for an application that looks at it; bytes that are no UTF-8 show as replacement characters. */
    public String tokenText() {
        return new String(token.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** Neither the token nor the application's headers: they must not end in a log. */
    @Override
    public String toString() {
        return method + " with " + selfAddrs.size() + " candidates";
    }

    /**
     * Checks a request, in the original's order and with its answers (spec 2.4 rows 2 to 9).
     *
     * @param path of the request's target below the prefix under which the server is mounted, still escaped
     * @throws RefusedRequest with what to answer
     */
    public static RdvRequest parse(RequestHead head, String path) throws RefusedRequest {
        Headers headers = head.headers();
        Optional<String> wrong = Upgrade.wrong(headers);
        if (wrong.isEmpty() && !head.version().equals("HTTP/1.1")) {
            wrong = Optional.of("invalid rdv upgrade: bad http version for upgrade " + head.version());
        }
        if (wrong.isPresent()) {
            throw refused(426, wrong.get());
        }
        if (headers.first(Rdv.OLDER_TOKEN).isPresent()) {
            throw refused(
                    400,
                    "this server speaks rdv/1 as of v0.0.6, with the token in the path; a client that sends Rdv-Token"
                            + " speaks the protocol up to v0.0.5 and must be updated");
        }
        String token = token(path);
        if (token.isEmpty()) {
            throw refused(400, "missing rdv token");
        }
        Optional<Method> method = Method.of(head.method());
        if (method.isEmpty()) {
            throw refused(400, "unknown rdv method [" + head.method() + "]");
        }
        return new RdvRequest(method.get(), token, selfAddrs(headers), Extensions.ofRequest(headers), head);
    }

    private static String token(String path) throws RefusedRequest {
        byte[] escaped = path.getBytes(StandardCharsets.ISO_8859_1);
        try {
            String unescaped = new String(Token.unescape(escaped), StandardCharsets.ISO_8859_1);
            return unescaped.startsWith("/") ? unescaped.substring(1) : unescaped;
        } catch (IllegalArgumentException e) {
            // Not the exception's words: they repeat a piece of the token, and refusals are logged.
            throw refused(400, "invalid URL escape in the request target");
        }
    }

    private static List<AddressPort> selfAddrs(Headers headers) throws RefusedRequest {
        String raw = headers.first(Rdv.SELF_ADDRS).orElse("");
        List<AddressPort> addresses;
        try {
            addresses = AddressPort.parseList(raw);
        } catch (IllegalArgumentException e) {
            throw refused(400, "invalid self addrs [" + raw + "]");
        }
        if (addresses.size() > Rdv.MAX_SELF_ADDRS) {
            throw refused(400, "too many self addrs [" + raw + "]");
        }
        return addresses;
    }

    private static RefusedRequest refused(int status, String body) {
        return new RefusedRequest(new Refusal(status, body, Reason.PROTOCOL_ERROR));
    }

    /**
     * The request as bytes, for one write.
     *
     * @param extensions what we add, {@link Extensions#NONE} to look like a stock client
     * @param application headers of the caller's own; those that the protocol sets itself are replaced (spec 2.1)
     * @throws IllegalArgumentException if there are too many candidates, or the address has credentials and {@code
     *     application} an {@code Authorization}
     */
    public static byte[] write(
            Method method,
            ServerAddress server,
            Token token,
            List<AddressPort> selfAddrs,
            Extensions extensions,
            Headers application) {
        if (selfAddrs.size() > Rdv.MAX_SELF_ADDRS) {
            throw new IllegalArgumentException(
                    "at most " + Rdv.MAX_SELF_ADDRS + " candidates can be offered, not " + selfAddrs.size());
        }
        var headers = Headers.builder().add("Host", server.hostHeader());
        if (application.first("User-Agent").isEmpty()) {
            headers.add("User-Agent", "posthouse");
        }
        server.credentials().ifPresent(credentials -> {
            if (application.first(AUTHORIZATION).isPresent()) {
                throw new IllegalArgumentException("the address has a user, and a header " + AUTHORIZATION
                        + " is given: leave one of the two out");
            }
            headers.add(AUTHORIZATION, credentials.headerValue());
        });
        application.forEach((name, value) -> {
            if (!isOurs(name)) {
                headers.add(name, value);
            }
        });
        headers.add("Connection", "upgrade");
        extensions.addToRequest(headers);
        headers.add(Rdv.SELF_ADDRS, AddressPort.formatList(selfAddrs)).add("Upgrade", Rdv.PROTOCOL);
        return new RequestHead(method.name(), token.target(server), "HTTP/1.1", headers.build()).toBytes();
    }

    /** Whether a header is one that the protocol sets, which an application cannot. */
    public static boolean isOurs(String name) {
        return List.of("Host", "Connection", "Upgrade", Rdv.SELF_ADDRS, Rdv.ROUND_TRIP, Rdv.STREAM, Rdv.PROOF).stream()
                .anyMatch(name::equalsIgnoreCase);
    }
}
