package dev.posthouse.rdv.wire;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.PushbackStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One line as the original's reader takes it: up to a line feed, at most {@link Rdv#MAX_LINE} bytes with it, cut into
 * words at blanks of any kind.
 *
 * @param words what stands between the blanks
 * @param rest the stream to go on with: every byte behind the line is still in it
 */
public record Line(List<String> words, ByteStream rest) {

    public Line {
        words = List.copyOf(words);
    }

    /**
     * Reads one line, and nothing behind it is lost.
     *
     * @throws EOFException if the stream ends before the line feed
     * @throws ProtocolViolation if there is none within the bound
     */
    public static Line read(ByteStream stream) throws IOException {
        // A line is some twenty bytes; what a hostile peer sends grows it to the bound and no further.
        byte[] bytes = new byte[256];
        int length = 0;
        while (true) {
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.min(2 * length, Rdv.MAX_LINE));
            }
            int count = stream.read(ByteBuffer.wrap(bytes, length, bytes.length - length));
            if (count < 0) {
                throw new EOFException(length == 0 ? "closed before a line came" : "closed within a line");
            }
            for (int i = length; i < length + count; i++) {
                if (bytes[i] == '\n') {
                    ByteBuffer behind = ByteBuffer.wrap(Arrays.copyOfRange(bytes, i + 1, length + count));
                    return new Line(
                            words(new String(bytes, 0, i, StandardCharsets.UTF_8)), PushbackStream.of(stream, behind));
                }
            }
            length += count;
            if (length >= Rdv.MAX_LINE) {
                throw new ProtocolViolation("a line has at most " + Rdv.MAX_LINE + " bytes");
            }
        }
    }

    /** Cuts a line without its line feed into words. */
    static List<String> words(String line) {
        var words = new ArrayList<String>();
        int start = -1;
        for (int i = 0; i <= line.length(); i++) {
            boolean blank = i == line.length() || isBlank(line.charAt(i));
            if (blank && start >= 0) {
                words.add(line.substring(start, i));
                start = -1;
            } else if (!blank && start < 0) {
                start = i;
            }
        }
        return words;
    }

    /** Unicode's white space, as the original's language counts it; all of it is in the basic plane. */
    private static boolean isBlank(char c) {
        return (c >= '\t' && c <= '\r') || c == 0x85 || Character.isSpaceChar(c);
    }
}
