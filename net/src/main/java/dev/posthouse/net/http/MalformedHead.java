package dev.posthouse.net.http;

import java.io.IOException;

/** A head that is not one, is too long, or is of a version that is not spoken here. Nothing more can be read behind it. */
public final class MalformedHead extends IOException {

    static final int BAD_REQUEST = 400;
    static final int HEADERS_TOO_LARGE = 431;
    static final int VERSION_NOT_SUPPORTED = 505;

    private final int status;
    private final String explanation;

    MalformedHead(int status, String explanation) {
        super(explanation);
        this.status = status;
        this.explanation = explanation;
    }

    static MalformedHead bad(String explanation) {
        return new MalformedHead(BAD_REQUEST, explanation);
    }

    /** What a server answers: 400, 431 (RFC 6585) or 505. Of a response it says in the same terms what was wrong. */
    public int status() {
        return status;
    }

    /** What was wrong, in one line of printable ASCII that repeats nothing of what the peer sent but header names. */
    public String explanation() {
        return explanation;
    }
}
