package dev.posthouse.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.TimedOut;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said on standard error, in either form. */
class TalkTest {

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private List<String> said(boolean json, boolean quiet) {
        var talk = new Talk(new PrintStream(err, true, UTF_8), json, quiet, false, false);
        talk.waiting("http://h");
        talk.notice("there is more to know");
        talk.closed(3, 4, "completed", false);
        talk.failed(new TimedOut("nobody came"));
        return err.toString(UTF_8).lines().toList();
    }

    @Test
    void linesAreForAPerson() {
        assertThat(said(false, false))
                .containsExactly(
                        "waiting for the peer at http://h",
                        "posthouse: there is more to know",
                        "closed: completed, sent 3 bytes, received 4; the peer cannot confirm it",
                        "posthouse: nobody came");
    }

    @Test
    void eventsAreOneObjectALine() {
        assertThat(said(true, false))
                .containsExactly(
                        "{\"event\":\"waiting\",\"relay\":\"http://h\"}",
                        "{\"event\":\"notice\",\"message\":\"there is more to know\"}",
                        "{\"event\":\"closed\",\"sent\":3,\"received\":4,\"reason\":\"completed\",\"verified\":false}",
                        "{\"event\":\"failed\",\"reason\":\"no-peer\",\"exitCode\":11,\"error\":\"nobody came\"}");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void quietKeepsErrorsOnly(boolean json) {
        assertThat(said(json, true)).singleElement().asString().contains("nobody came");
    }
}
