package dev.posthouse.rdv.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.memory.MemoryPair;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** Any bytes are a line or a declared refusal, nothing behind a line is lost, and what was read reads equal once written. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // one fuzzing run is one test
class LineFuzzTest {

    @FuzzTest(maxDuration = "2m")
    void lines(byte[] bytes) throws IOException {
        int feed = firstFeed(bytes);
        try {
            Line line = Line.read(stream(bytes));
            assertThat(feed).isBetween(0, Rdv.MAX_LINE - 1);
            assertThat(drain(line.rest())).isEqualTo(Arrays.copyOfRange(bytes, feed + 1, bytes.length));
            assertThat(line.words()).noneMatch(String::isEmpty);
            assertThat(Line.words(String.join(" ", line.words()))).isEqualTo(line.words());
        } catch (EOFException e) {
            assertThat(feed).isNegative();
            assertThat(bytes.length).isLessThan(Rdv.MAX_LINE);
        } catch (ProtocolViolation e) {
            assertThat(feed < 0 || feed >= Rdv.MAX_LINE).isTrue();
            assertThat(bytes.length).isGreaterThanOrEqualTo(Rdv.MAX_LINE);
        }
    }

    @FuzzTest(maxDuration = "2m")
    void commands(byte[] bytes) throws IOException {
        Optional<Command> command = parsed(bytes, Command::of);
        if (command.isPresent()) {
            byte[] written = command.get().write();
            if (written.length > Rdv.MAX_LINE) {
                // A peer's zone of thousands of bytes that are no text: each is three once it is written again.
                assertThat(written.length).isLessThan(3 * Rdv.MAX_LINE);
                return;
            }
            Command again = Command.of(Line.read(stream(written)));
            if (command.get() instanceof Command.Other(var address) && address.isEmpty()) {
                assertThat(new String(written, StandardCharsets.US_ASCII)).isEqualTo("OTHER 0.0.0.0:0\n");
            } else {
                assertThat(again).isEqualTo(command.get());
            }
        }
    }

    @FuzzTest(maxDuration = "2m")
    void headerLines(byte[] bytes) throws IOException {
        Optional<HeaderLine> header = parsed(bytes, HeaderLine::of);
        if (header.isEmpty()) {
            return;
        }
        String token = header.get().token();
        assertThat(token.chars()).allMatch(c -> c <= 0xff);
        // Only what is text in UTF-8 can be a token of ours, and such a one must come back as it was.
        byte[] raw = token.getBytes(StandardCharsets.ISO_8859_1);
        String text = new String(raw, StandardCharsets.UTF_8);
        Optional<Token> ours =
                Arrays.equals(text.getBytes(StandardCharsets.UTF_8), raw) ? token(text) : Optional.empty();
        if (ours.isPresent()) {
            Proof proof = Proof.ofToken(ours.get());
            for (Method method : Method.values()) {
                byte[] written = proof.line(method);
                if (written.length > Rdv.MAX_LINE) {
                    continue; // escaping makes a token up to three times as long
                }
                HeaderLine again = HeaderLine.of(Line.read(stream(written)));
                assertThat(again).isEqualTo(new HeaderLine(method.name(), token));
                assertThat(proof.isShownBy(again, method.other())).isTrue();
                assertThat(proof.isShownBy(again, method)).isFalse();
            }
        }
    }

    private interface Parse<T> {
        T of(Line line) throws ProtocolViolation;
    }

    private static <T> Optional<T> parsed(byte[] bytes, Parse<T> parse) throws IOException {
        try {
            return Optional.of(parse.of(Line.read(stream(bytes))));
        } catch (EOFException e) {
            return Optional.empty();
        } catch (ProtocolViolation e) {
            assertThat(e.getMessage()).matches("[ -~]+");
            return Optional.empty();
        }
    }

    private static Optional<Token> token(String text) {
        try {
            return Optional.of(Token.of(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static int firstFeed(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** A stream that brings these bytes, then its end. */
    private static ByteStream stream(byte[] bytes) throws IOException {
        MemoryPair pair = MemoryPair.create();
        pair.left().shutdownOutput();
        return PushbackStream.of(pair.right(), ByteBuffer.wrap(bytes.clone()));
    }

    private static byte[] drain(ByteStream stream) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        while (stream.read(all) >= 0) {
            // until the end
        }
        return Arrays.copyOf(all.array(), all.position());
    }
}
