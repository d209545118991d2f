package dev.posthouse.net.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.net.http.ResponseHead;
import dev.posthouse.net.http.TextResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The server's side of the opening handshake (RFC 6455 section 4.2): pure functions of heads. */
public final class ServerHandshake {

    /** The word in {@code Upgrade}, which is compared in any case. */
    public static final String PROTOCOL = "websocket";

    private static final String VERSION = "Sec-WebSocket-Version";
    private static final String KEY = "Sec-WebSocket-Key";
    private static final String SUBPROTOCOL = "Sec-WebSocket-Protocol";

    /** The one version that there is. */
    private static final String SPOKEN = "13";

    private static final int KEY_LENGTH = 16;

    /** Section 1.3: shows that whoever answers has read the request as one for a WebSocket. */
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private ServerHandshake() {}

    /**
     * What is wrong with a request for a WebSocket, as it is answered: 400, or 426 with the version that is spoken if it asks for
     * another one. Empty if nothing is. Its {@code Origin} and its subprotocols are whoever's it is, who gets the head.
     */
    public static Optional<TextResponse> refusal(RequestHead head) {
        Headers headers = head.headers();
        if (!head.method().equals("GET") || !head.version().equals("HTTP/1.1")) {
            return bad("it is asked for with GET and HTTP/1.1");
        }
        if (!headers.lists("Upgrade", PROTOCOL) || !headers.lists("Connection", "upgrade")) {
            return bad("it needs Upgrade: websocket and Connection: Upgrade");
        }
        if (headers.first("Transfer-Encoding").isPresent()
                || !headers.first("Content-Length").orElse("0").equals("0")) {
            return bad("a request for one has no body");
        }
        List<String> versions = headers.all(VERSION);
        if (versions.size() != 1 || !versions.getFirst().equals(SPOKEN)) {
            return Optional.of(new TextResponse(
                    426,
                    Headers.builder()
                            .add("Upgrade", PROTOCOL)
                            .add("Connection", "Upgrade")
                            .add(VERSION, SPOKEN)
                            .build(),
                    "no WebSocket: version " + SPOKEN + " is spoken here"));
        }
        List<String> keys = headers.all(KEY);
        if (keys.size() != 1 || !isKey(keys.getFirst())) {
            return bad("it needs one " + KEY + ", of 16 bytes in base64");
        }
        return Optional.empty();
    }

    private static Optional<TextResponse> bad(String why) {
        return Optional.of(TextResponse.of(400, "no WebSocket: " + why));
    }

    private static boolean isKey(String text) {
        try {
            byte[] key = Base64.getDecoder().decode(text);
            // The decoder takes what is not padded, and bits that no encoder sets.
            return key.length == KEY_LENGTH
                    && Base64.getEncoder().encodeToString(key).equals(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * The answer to a request with which nothing is {@link #refusal wrong}, for one write; frames follow it.
     *
     * @param subprotocol what is spoken in the WebSocket, if that has a name; said only if the client offers it, since one that it did
     *     not ask for would make it hang up
     */
    public static byte[] acceptance(RequestHead head, Optional<String> subprotocol) {
        Headers.Builder headers = Headers.builder()
                .add("Upgrade", PROTOCOL)
                .add("Connection", "Upgrade")
                .add("Sec-WebSocket-Accept", acceptOf(head.headers().first(KEY).orElseThrow()));
        subprotocol
                .filter(head.headers().list(SUBPROTOCOL)::contains)
                .ifPresent(spoken -> headers.add(SUBPROTOCOL, spoken));
        return new ResponseHead("HTTP/1.1", 101, "Switching Protocols", headers.build()).toBytes();
    }

    /** What is answered to a client's key (section 4.2.2 step 5.4). */
    static String acceptOf(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
