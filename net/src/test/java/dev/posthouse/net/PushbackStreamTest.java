package dev.posthouse.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.memory.MemoryPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PushbackStreamTest {

    private final MemoryPair pair = MemoryPair.create();

    @AfterEach
    void close() throws IOException {
        pair.close();
    }

    @Test
    void whatWasPutBackComesFirstAndThenTheStreamsOwn() throws IOException {
        pair.right().write(US_ASCII.encode("stream"));
        ByteStream stream = PushbackStream.of(pair.left(), US_ASCII.encode("front "));

        assertThat(next(stream, 3)).isEqualTo("fro");
        assertThat(next(stream, 100)).isEqualTo("nt ");
        assertThat(next(stream, 100)).isEqualTo("stream");
    }

    @Test
    void puttingBackAgainKeepsTheOrder() throws IOException {
        ByteStream once = PushbackStream.of(pair.left(), US_ASCII.encode("second third"));
        ByteStream twice = PushbackStream.of(once, US_ASCII.encode("first "));

        assertThat(next(twice, 100)).isEqualTo("first second third");
        assertThat(((PushbackStream) twice).below()).isSameAs(pair.left());
    }

    @Test
    void puttingNothingBackGivesTheStreamItself() {
        assertThat(PushbackStream.of(pair.left(), ByteBuffer.allocate(0))).isSameAs(pair.left());
    }

    @Test
    void frontShowsWhatIsLeftWithoutTakingIt() throws IOException {
        PushbackStream stream = (PushbackStream) PushbackStream.of(pair.left(), US_ASCII.encode("abc"));
        next(stream, 1);

        assertThat(US_ASCII.decode(stream.front()).toString()).isEqualTo("bc");
        assertThat(next(stream, 100)).isEqualTo("bc");
        assertThat(stream.front().hasRemaining()).isFalse();
    }

    @Test
    void whatWasPutBackIsThereWithinAnyTimeLimitAndBeforeTheEnd() throws IOException {
        ByteStream stream = PushbackStream.of(pair.left(), US_ASCII.encode("abc"));
        pair.right().shutdownOutput();
        stream.readTimeout(Duration.ofMillis(1));

        assertThat(next(stream, 100)).isEqualTo("abc");
        assertThat(stream.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void aClosedStreamGivesNothingBack() throws IOException {
        ByteStream stream = PushbackStream.of(pair.left(), US_ASCII.encode("abc"));
        stream.close();

        assertThatThrownBy(() -> next(stream, 1)).isInstanceOf(IOException.class);
    }

    private static String next(ByteStream stream, int atMost) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(atMost);
        stream.read(into);
        return US_ASCII.decode(into.flip()).toString();
    }
}
