package dev.posthouse.relay.accept;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * HTTP by its method: a word that begins with a letter, and there may be empty lines before it (RFC 9112 section 2.2). A binary PROXY
 * header that is not to be believed begins with two, and then has no letter. Claims what follows the letter only as far as it still
 * looks like a method, so that whoever knows a whole magic number that begins with a letter has the longer claim.
 */
public enum HttpDetector implements Detector {
    /** The one there is. */
    INSTANCE;

    @Override
    public Claim claim(ByteBuffer first) {
        int matched = 0;
        boolean inMethod = false;
        while (first.hasRemaining()) {
            byte b = first.get();
            boolean letter = (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z');
            if (inMethod) {
                if (b == ' ') {
                    return Claim.yes(matched + 1);
                }
                if (!letter && b != '-' && b != '_') {
                    return Claim.yes(matched);
                }
            } else if (letter) {
                inMethod = true;
            } else if (b != '\r' && b != '\n') {
                return Claim.NO;
            }
            matched++;
        }
        return inMethod ? Claim.yes(matched) : Claim.needMore(matched + 1);
    }

    @Override
    public List<byte[]> samples() {
        return List.of(
                "GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII), "\r\nGET /".getBytes(StandardCharsets.US_ASCII));
    }
}
