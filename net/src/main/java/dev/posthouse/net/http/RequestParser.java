package dev.posthouse.net.http;

import static dev.posthouse.net.http.MalformedHead.bad;

import java.util.List;

/** Takes the lines of a request's head (RFC 9112 section 3). */
final class RequestParser extends HeadParser<RequestHead> {

    /** More digits than these no longer fit into the 64 bits in which readers count. */
    private static final int MAX_LENGTH_DIGITS = 18;

    private String method = "";
    private String target = "";
    private String version = "";

    @Override
    void startLine(byte[] bytes, int from, int end) throws MalformedHead {
        int afterMethod = blank(bytes, from, end);
        int afterTarget = afterMethod < 0 ? -1 : blank(bytes, afterMethod + 1, end);
        if (afterTarget < 0) {
            throw bad("malformed request line: it is a method, a target and a version with one blank between");
        }
        for (int i = from; i < afterMethod; i++) {
            if (!Syntax.isToken(bytes[i])) {
                throw bad("malformed method: it is a token");
            }
        }
        for (int i = afterMethod + 1; i < afterTarget; i++) {
            if (!Syntax.isTarget(bytes[i] & 0xff)) {
                throw bad("malformed target: it has no controls");
            }
        }
        if (afterMethod == from || afterTarget == afterMethod + 1) {
            throw bad("malformed request line: neither the method nor the target is empty");
        }
        version = version(bytes, afterTarget + 1, end);
        method = text(bytes, from, afterMethod);
        target = text(bytes, afterMethod + 1, afterTarget);
    }

    /** Some clients send a line end behind a body that is not counted in its length (RFC 9112 section 2.2). */
    @Override
    boolean mayBeginEmpty() {
        return true;
    }

    @Override
    RequestHead head(Headers headers) throws MalformedHead {
        List<String> hosts = headers.all("Host");
        if (hosts.isEmpty() && !version.equals("HTTP/1.0")) {
            throw bad("missing required Host header");
        }
        if (hosts.size() > 1) {
            throw bad("too many Host headers");
        }
        if (!hosts.isEmpty() && !Syntax.all(hosts.getFirst(), Syntax::isHost)) {
            throw bad("malformed Host header: it is the name or the address of a host, and perhaps a colon and a port");
        }
        body(headers.all("Content-Length"), headers.all("Transfer-Encoding"));
        return new RequestHead(method, target, version, headers);
    }

    /**
     * Refuses what two readers could understand as two different bodies (RFC 9112 sections 6.1 to 6.3): a proxy in front would
     * then see another request behind this one than is read here.
     */
    private static void body(List<String> lengths, List<String> codings) throws MalformedHead {
        if (!codings.isEmpty() && !lengths.isEmpty()) {
            throw bad("a request has Content-Length or Transfer-Encoding, not both");
        }
        if (lengths.stream().distinct().count() > 1) {
            throw bad("a request has one Content-Length, not several that differ");
        }
        for (String length : lengths) {
            if (length.isEmpty() || length.length() > MAX_LENGTH_DIGITS || !Syntax.all(length, Syntax::isDigit)) {
                throw bad("malformed Content-Length: it is a whole number of bytes");
            }
        }
        if (!codings.isEmpty() && !(codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked"))) {
            throw bad("a request's Transfer-Encoding is chunked, once, and nothing else");
        }
    }
}
