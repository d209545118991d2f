package dev.posthouse.net.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Arrays;

/**
 * A response with one line of text for whoever reads it: what a server answers that does not do what it was asked.
 *
 * @param status 400 to 599
 * @param headers beyond those that every such response has, which are written behind these
 * @param text one line, without a line feed
 */
public record TextResponse(int status, Headers headers, String text) {

    public TextResponse {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("a refusal has a status of 400 to 599, not " + status);
        }
    }

    /** One without further headers. */
    public static TextResponse of(int status, String text) {
        return new TextResponse(status, Headers.NONE, text);
    }

    /**
     * The whole response, for one write.
     *
     * @param version of the request, which the status line repeats: {@code HTTP/1.0}, else {@code HTTP/1.1}
     * @param close whether the connection is closed behind it
     * @param now the time of day
     */
    public byte[] toBytes(String version, boolean close, Instant now) {
        byte[] head = headBytes(version, close, now);
        byte[] body = body();
        byte[] whole = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, whole, head.length, body.length);
        return whole;
    }

    /** The response to a HEAD: that to another method, without its text. Parameters as for {@link #toBytes}. */
    public byte[] headBytes(String version, boolean close, Instant now) {
        Headers.Builder lines = Headers.builder();
        headers.forEach(lines::add);
        if (close) {
            lines.add("Connection", "close");
        }
        lines.add("Content-Type", "text/plain; charset=utf-8")
                .add("X-Content-Type-Options", "nosniff")
                .add("Date", HttpDate.of(now))
                .add("Content-Length", String.valueOf(body().length));
        String spoken = version.equals("HTTP/1.0") ? version : Syntax.HTTP_1_1;
        return new ResponseHead(spoken, status, phrase(status), lines.build()).toBytes();
    }

    private byte[] body() {
        return (text + "\n").getBytes(UTF_8);
    }

    /** The standard phrase of a status of a refusal; {@code Refused} for one that is not used here. */
    public static String phrase(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 426 -> "Upgrade Required";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> "Refused";
        };
    }
}
