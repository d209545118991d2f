package dev.posthouse.net.http;

import static dev.posthouse.net.http.MalformedHead.bad;

/** Takes the lines of a response's head (RFC 9112 section 4). */
final class ResponseParser extends HeadParser<ResponseHead> {

    private static final int STATUS_LENGTH = 3;

    private String version = "";
    private int status;
    private String reason = "";

    @Override
    void startLine(byte[] bytes, int from, int end) throws MalformedHead {
        int blank = blank(bytes, from, end);
        if (blank < 0) {
            throw bad("malformed status line: it is a version, a status and perhaps a reason with one blank between");
        }
        version = version(bytes, from, blank);
        status = status(bytes, blank + 1, end);
        int afterStatus = blank + 1 + STATUS_LENGTH;
        for (int i = afterStatus; i < end; i++) {
            if (!Syntax.isText(bytes[i] & 0xff)) {
                throw bad("malformed reason: it has no controls");
            }
        }
        // many servers leave out the blank where there is no reason
        reason = afterStatus == end ? "" : text(bytes, afterStatus + 1, end);
    }

    private static int status(byte[] bytes, int from, int end) throws MalformedHead {
        int after = from + STATUS_LENGTH;
        boolean good = after <= end
                && bytes[from] != '0'
                && Syntax.isDigit(bytes[from])
                && Syntax.isDigit(bytes[from + 1])
                && Syntax.isDigit(bytes[from + 2])
                && (after == end || bytes[after] == ' ');
        if (!good) {
            throw bad("malformed status: it has three digits, 100 to 999");
        }
        return (bytes[from] - '0') * 100 + (bytes[from + 1] - '0') * 10 + bytes[from + 2] - '0';
    }

    @Override
    boolean mayBeginEmpty() {
        return false;
    }

    @Override
    ResponseHead head(Headers headers) {
        return new ResponseHead(version, status, reason, headers);
    }
}
