package dev.posthouse.net.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.posthouse.net.ByteStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** Any bytes, however cut, give the same head or the same refusal; and a head that was read reads equal once written. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // one fuzzing run is one test
class HeadFuzzTest {

    private static final int BOUND = 2000;

    /** A head may grow when it is written: a blank behind each colon, a CR in each line end. */
    private static final int WRITTEN_BOUND = 2 * BOUND;

    @FuzzTest(maxDuration = "2m")
    void requests(byte[] bytes) throws IOException {
        Outcome outcome = check(bytes, HeadReader::readRequest);
        if (outcome.head() instanceof RequestHead head) {
            assertThat(outcome(Pieces.whole(head.toBytes()), HeadReader::readRequest, WRITTEN_BOUND)
                            .head())
                    .isEqualTo(head);
        }
    }

    @FuzzTest(maxDuration = "2m")
    void responses(byte[] bytes) throws IOException {
        Outcome outcome = check(bytes, HeadReader::readResponse);
        if (outcome.head() instanceof ResponseHead head) {
            assertThat(outcome(Pieces.whole(head.toBytes()), HeadReader::readResponse, WRITTEN_BOUND)
                            .head())
                    .isEqualTo(head);
        }
    }

    private interface Reading<T> {
        HeadReader.Received<T> from(ByteStream stream, int maxBytes) throws IOException;
    }

    /** A head or the text of a refusal, and how many bytes were left behind it. */
    private record Outcome(Object head, int behind) {}

    private static <T> Outcome check(byte[] bytes, Reading<T> reading) throws IOException {
        Outcome whole = outcome(Pieces.whole(bytes), reading, BOUND);
        assertThat(outcome(Pieces.of(bytes, 1), reading, BOUND)).isEqualTo(whole);
        int cut = bytes.length == 0 ? 1 : 1 + (Arrays.hashCode(bytes) & 0x7fffffff) % bytes.length;
        assertThat(outcome(Pieces.cutAt(bytes, cut), reading, BOUND)).isEqualTo(whole);
        if (whole.head() instanceof String) {
            return whole;
        }
        byte[] behind = Arrays.copyOfRange(bytes, bytes.length - whole.behind(), bytes.length);
        assertThat(Pieces.drain(reading.from(Pieces.whole(bytes), BOUND).rest()))
                .isEqualTo(behind);
        return whole;
    }

    private static <T> Outcome outcome(ByteStream stream, Reading<T> reading, int bound) throws IOException {
        try {
            HeadReader.Received<T> received = reading.from(stream, bound);
            return new Outcome(received.head(), Pieces.drain(received.rest()).length);
        } catch (MalformedHead e) {
            assertThat(e.status()).isIn(400, 431, 505);
            assertThat(e.explanation()).matches("[ -~]+");
            return new Outcome(e.status() + " " + e.explanation(), 0);
        } catch (EOFException e) {
            return new Outcome(String.valueOf(e.getMessage()), 0);
        }
    }
}
