package dev.posthouse.rdv.wire;

import dev.posthouse.net.ProtocolViolation;
import java.nio.charset.StandardCharsets;

/**
 * The line that each side shows on a direct connection: {@code rdv/1 METHOD TOKEN\n} with the sender's own method (spec 5.1).
 * In the token's place stands what {@link Proof} says.
 *
 * @param method as it stands there: another word than ours is a mismatch, not an error
 * @param token unescaped, one char for each byte
 */
public record HeaderLine(String method, String token) {

    /** @throws ProtocolViolation if the line is no header line; the message does not repeat it */
    public static HeaderLine of(Line line) throws ProtocolViolation {
        if (line.words().size() != 3 || !line.words().getFirst().equals(Rdv.PROTOCOL)) {
            throw new ProtocolViolation("malformed header line: expected rdv/1 METHOD TOKEN");
        }
        try {
            return new HeaderLine(
                    line.words().get(1),
                    new String(
                            Token.unescape(line.words().get(2).getBytes(StandardCharsets.UTF_8)),
                            StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            throw new ProtocolViolation("malformed token in the header line", e);
        }
    }
}
