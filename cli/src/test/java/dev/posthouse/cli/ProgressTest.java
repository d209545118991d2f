package dev.posthouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.testkit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The line on the terminal, and that nothing is left of it. */
@ExtendWith(LeakCheck.class)
class ProgressTest {

    private static final Terminal TERMINAL = new Terminal(false, false, true);
    private static final String CLEAR = "\r\u001b[K";

    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final Talk talk = new Talk(new PrintStream(screen, true, StandardCharsets.UTF_8), false, false, false);

    private String shown() {
        return screen.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0         | 5      | 0          | 0      | 0 | sent 0 B, received 5 B, 0 B/s, 0 s
            12000000  | 0      | 0          | 999    | 3 | sent 12.0 MB, received 0 B, 999 B/s, 3 s
            12000000  | 0      | 300000000  | 4000000| 3 | sent 12.0 MB of 300.0 MB (4 %), received 0 B, 4.0 MB/s, 3 s, 72 s left
            299999999 | 0      | 300000000  | 4000000| 3 | sent 300.0 MB of 300.0 MB (99 %), received 0 B, 4.0 MB/s, 3 s, 1 s left
            300000000 | 0      | 300000000  | 0      | 3 | sent 300.0 MB of 300.0 MB (100 %), received 0 B, 0 B/s, 3 s, 0 s left
            12000000  | 7      | 300000000  | 5      | 3 | sent 12.0 MB of 300.0 MB (4 %), received 7 B, 5 B/s, 3 s
            0         | 0      | 300000000  | 0      | 3 | sent 0 B of 300.0 MB (0 %), received 0 B, 0 B/s, 3 s
            12        | 0      | 10         | 2      | 3 | sent 12 B, received 0 B, 2 B/s, 3 s
            """)
    void theLineSaysWhatIsLeftOfAFileWhoseSizeIsKnown(
            long sent, long received, long toSend, long rate, long seconds, String line) {
        assertThat(Progress.line(sent, received, toSend, rate, seconds)).isEqualTo(line);
    }

    @Test
    void whatIsLeftOfAFileCountsFromItsPosition(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "token\nthe rest");
        try (var in = new FileInputStream(file.toFile())) {
            assertThat(Progress.size(in.getFD())).isEqualTo(14);
            assertThat(in.readNBytes(6)).hasSize(6);
            assertThat(Progress.size(in.getFD())).isEqualTo(8);
        }
    }

    @Test
    void theSizeOfWhatIsNoFileIsUnknown() throws IOException {
        try (var in = new FileInputStream("/dev/null")) {
            assertThat(Progress.size(in.getFD())).isZero();
        }
    }

    @Test
    void closingClearsTheLineAndNothingIsDrawnBehindIt() {
        Progress progress = start(TERMINAL);
        await().until(() -> shown().contains("received 7 B"));
        progress.close();
        assertThat(shown()).endsWith(CLEAR);
        String before = shown();
        progress.close();
        talk.waiting("relay");
        assertThat(shown()).isEqualTo(before + "waiting for the peer at relay" + System.lineSeparator());
    }

    @Test
    void whatIsSaidMeanwhileStandsOnALineOfItsOwn() {
        talk.draw("sent 5 B");
        talk.waiting("relay");
        assertThat(shown())
                .isEqualTo(CLEAR + "sent 5 B" + CLEAR + "waiting for the peer at relay" + System.lineSeparator());
    }

    @Test
    void whereNothingWasDrawnNothingIsCleared() {
        start(TERMINAL).close();
        start(new Terminal(true, true, true)).close();
        start(new Terminal(true, false, false)).close();
        talk.erase();
        assertThat(shown()).isEmpty();
    }

    private Progress start(Terminal terminal) {
        return Progress.start(talk, terminal, () -> 5, () -> 7, 0);
    }
}
