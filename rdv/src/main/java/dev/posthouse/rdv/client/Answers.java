package dev.posthouse.rdv.client;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.NetworkFailure;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.Refused;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.http.HeadReader;
import dev.posthouse.net.http.MalformedHead;
import dev.posthouse.net.http.ResponseHead;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.rdv.wire.Rdv;
import dev.posthouse.rdv.wire.ServerAddress;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What came instead of a 101, in one line that says what to do: a refusal of the relay, a page of a proxy before it, a
 * redirect, TLS where none was spoken. On the calling thread, which is the stream's reader.
 *
 * @param server to whom the request went
 * @param method of the request
 * @param target of the request, which has the token: nothing that is said may repeat it
 */
record Answers(ServerAddress server, Method method, String target) {

    /** The type of a TLS alert and of a handshake record, and the first byte of every version (RFC 8446 section 5.1). */
    private static final int TLS_ALERT = 21;

    private static final int TLS_HANDSHAKE = 22;
    private static final int TLS_MAJOR = 3;

    private static final Pattern HTML =
            Pattern.compile("<(!doctype|html|head|title|body)\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern TITLE =
            Pattern.compile("<title[^>]*>(.{0,200}?)</title>", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern TLS_WANTED = Pattern.compile(
            "plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|speaking plain HTTP to an SSL",
            Pattern.CASE_INSENSITIVE);

    /**
     * Reads the 101.
     *
     * @return the head, and the stream from the first byte behind it
     * @throws LobbyVisits.BackToLobby if the relay says that nobody came
     * @throws IOException what the answer is, if it is another one
     */
    HeadReader.Received<ResponseHead> read(ByteStream relay) throws IOException {
        HeadReader.Received<ResponseHead> received;
        try {
            received = HeadReader.readResponse(firstByteIsNoTls(relay), Rdv.MAX_HEAD);
        } catch (MalformedHead e) {
            throw new ProtocolViolation("the server does not speak HTTP: " + e.explanation(), e);
        }
        if (received.head().status() != 101) {
            NetworkFailure failure = failure(received.head(), received.rest());
            if (failure instanceof TimedOut) {
                throw LobbyVisits.BackToLobby.nobodyCame(
                        "still waiting: the relay sends away who waits for long, so we ask again", failure);
            }
            throw failure;
        }
        return received.rest() instanceof PushbackStream empty && !empty.front().hasRemaining()
                ? new HeadReader.Received<>(received.head(), empty.below())
                : received;
    }

    private ByteStream firstByteIsNoTls(ByteStream relay) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(1024);
        if (relay.read(first) < 0) {
            String advice = server.tls() ? "" : "; if this port speaks TLS, try " + server.other();
            throw new EOFException(server.hostAndPort() + " closed the connection without an answer" + advice);
        }
        first.flip();
        boolean record = first.get(0) == TLS_ALERT || first.get(0) == TLS_HANDSHAKE;
        if (!server.tls() && record && (first.remaining() < 2 || first.get(1) == TLS_MAJOR)) {
            throw new ProtocolViolation(server.hostAndPort() + " speaks TLS: try " + server.other());
        }
        return PushbackStream.of(relay, first);
    }

    private NetworkFailure failure(ResponseHead head, ByteStream rest) {
        String status = printable((head.status() + " " + head.reason()).strip());
        String body = body(rest);
        boolean page = HTML.matcher(body).find();
        if (!server.tls() && head.status() == 400 && TLS_WANTED.matcher(body).find()) {
            return new ProtocolViolation(server.hostAndPort() + " speaks TLS: try " + server.other());
        }
        if (head.status() >= 300
                && head.status() < 400
                && head.headers().first("Location").isPresent()) {
            return new ProtocolViolation(
                    Redirect.of(server, target, head.headers().first("Location").get())
                            .sentence(status));
        }
        String said = page ? page(status, head, body) : plain(status, body);
        return switch (head.status()) {
            case 401, 407 -> new AuthenticationFailed(said);
            case 408 -> new TimedOut("nobody came under this word at this relay; compare the two words (" + said + ")");
            case 409 ->
                new Refused("another one " + (method == Method.ACCEPT ? "accepts" : "dials")
                        + " under this word: one side must " + (method == Method.ACCEPT ? "dial" : "accept") + " ("
                        + said
                        + ")");
            case 429 -> new LimitExceeded(said);
            case 502, 504 -> new RelayUnreachable(said + ": the proxy cannot reach the relay");
            case 503 ->
                page ? new RelayUnreachable(said + ": the proxy cannot reach the relay") : new LimitExceeded(said);
            case 426 -> new ProtocolViolation(said + offers(head));
            default ->
                head.status() < 400
                        ? new ProtocolViolation(said + notRdv(head))
                        : new Refused(said + (page ? nothing() : ""));
        };
    }

    private static String plain(String status, String body) {
        String line = printable(body.lines().findFirst().orElse("").strip());
        return line.isEmpty() ? "the server answered " + status : "the server answered " + status + ": " + line;
    }

    /** A page is for browsers: only who wrote it, and its title if that says more than the status. */
    private static String page(String status, ResponseHead head, String body) {
        String by = head.headers().first("Server").map(Answers::program).orElse("");
        Matcher title = TITLE.matcher(body);
        String text =
                title.find() ? printable(title.group(1).replaceAll("\\s+", " ").strip()) : "";
        String known = status.toLowerCase(Locale.ROOT);
        boolean more = !text.isEmpty()
                && !known.contains(text.toLowerCase(Locale.ROOT))
                && !text.toLowerCase(Locale.ROOT).contains(known);
        return "the server answered " + status + (by.isEmpty() ? "" : " from " + by)
                + (more ? " (\"" + text + "\")" : "");
    }

    /** "nginx" of "nginx/1.22.1 (Ubuntu)". */
    private static String program(String header) {
        String word = header.split("[/\\s(]", 2)[0];
        return word.matches("[A-Za-z0-9._-]{1,40}") ? word : "";
    }

    private static String offers(ResponseHead head) {
        String offered = String.join(", ", head.headers().all("Upgrade"));
        return offered.isEmpty() || offered.contains(Rdv.PROTOCOL)
                ? ""
                : "; it speaks " + printable(offered) + " and no " + Rdv.PROTOCOL + " there";
    }

    private static String notRdv(ResponseHead head) {
        return head.status() >= 200 && head.status() < 300
                ? ": it is a web server, and speaks no " + Rdv.PROTOCOL + " at this path"
                : "";
    }

    private static String nothing() {
        return ": there is no rdv server at this path, or the proxy does not pass its requests on";
    }

    /** The first of the answer's body; a server that stays silent does not hold us. */
    private String body(ByteStream rest) {
        ByteBuffer body = ByteBuffer.allocate(Rdv.MAX_REFUSAL_BODY);
        try {
            Deadline.within(rest, Duration.ofSeconds(1), "reading the refusal", () -> {
                rest.readTimeout(Duration.ofMillis(250));
                while (body.hasRemaining() && rest.read(body) >= 0) {
                    String text = text(body);
                    // A page goes on behind its first line.
                    if (text.endsWith("\n") && (!text.stripLeading().startsWith("<") || text.contains("</title>"))) {
                        break;
                    }
                }
                return body;
            });
        } catch (IOException e) {
            // What came is what there is.
        }
        return text(body);
    }

    private static String text(ByteBuffer body) {
        return StandardCharsets.UTF_8.decode(body.duplicate().flip()).toString();
    }

    /** What a terminal may be shown, and a log may keep. */
    private static String printable(String text) {
        return text.replaceAll("\\p{C}", "?");
    }
}
