package dev.posthouse.rdv.wire;

import dev.posthouse.net.Reason;
import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.TextResponse;
import java.nio.charset.StandardCharsets;

/**
 * An HTTP answer that says no. Before the connection is taken over it is an ordinary response, after which further
 * requests may follow (spec 2.4); afterwards it has no length, and the connection is closed behind it (spec 2.5).
 *
 * @param status 400 to 599
 * @param body one line for the user, without a line feed
 * @param reason how it is counted
 */
public record Refusal(int status, String body, Reason reason) {

    public Refusal {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("a refusal has a status of 400 to 599, not " + status);
        }
    }

    /** Row 1 of spec 2.4. */
    public static final Refusal CLOSED = new Refusal(503, "rdv is closed", Reason.SHUTDOWN);

    /** Nobody came in time. */
    public static final Refusal NO_PEER = new Refusal(408, "no matching peer found", Reason.NO_PEER);

    /** A newer connection has taken the place. */
    public static final Refusal REPLACED = new Refusal(409, "replaced by another conn", Reason.REPLACED);

    /** The peer spoke, or ended, while it had to wait. */
    public static Refusal notIdle(Reason reason) {
        return new Refusal(400, "conn must idle while waiting for response header", reason);
    }

    /** Its partner waits on another node, with which this one shares who waits, but no circuits. */
    public static final Refusal ELSEWHERE =
            new Refusal(503, "your peer waits at another node of this relay: ask there", Reason.ELSEWHERE);

    /** Something of ours failed: of the server, or of the application that it is part of. */
    public static final Refusal INTERNAL = new Refusal(500, "internal error", Reason.INTERNAL);

    /** What may be held for its address, or for all, is used up. */
    public static final Refusal MEMORY = new Refusal(
            503,
            "the memory that may be held for one address, or for all, is used up, try again later",
            Reason.LIMIT_MEMORY);

    /** The server goes down while the peer waits. */
    public static final Refusal SHUTTING_DOWN =
            new Refusal(503, "rdv server shutting down, try again", Reason.SHUTDOWN);

    /**
     * The answer to a peer whose wait has ended without a partner, or which may not wait.
     *
     * @param detail for a limit
     */
    public static Refusal ofWaiting(Reason why, String detail) {
        return switch (why) {
            case NO_PEER -> NO_PEER;
            case REPLACED -> REPLACED;
            case SHUTDOWN -> SHUTTING_DOWN;
            case ELSEWHERE -> ELSEWHERE;
            case PEER_GONE, PROTOCOL_ERROR -> notIdle(why);
            case INTERNAL -> INTERNAL;
            default -> new Refusal(503, detail, why);
        };
    }

    /** The answer before the connection was taken over; a HEAD gets it without its text. */
    public TextResponse response() {
        return new TextResponse(
                status,
                switch (status) {
                    case 401 ->
                        Headers.builder().add("Www-Authenticate", "Bearer").build();
                    case 426 -> Headers.builder().add("Upgrade", Rdv.PROTOCOL).build();
                    default -> Headers.NONE;
                },
                body);
    }

    /** The answer after the connection was taken over; closing follows. */
    public byte[] late() {
        return ("HTTP/1.1 " + status + " " + TextResponse.phrase(status)
                        + "\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
                        + "X-Content-Type-Options: nosniff\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8);
    }
}
