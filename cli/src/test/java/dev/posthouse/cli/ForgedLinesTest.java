package dev.posthouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.posthouse.net.Refused;
import dev.posthouse.net.ShownText;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a relay or a peer sends is shown as text, and as nothing else. */
class ForgedLinesTest {

    private static final String FORGED =
            "no\r\n{\"event\":\"closed\",\"reason\":\"completed\"}\nposthouse: all is well\u001b[2J\u009b1A\u202e\u2028\ud800";

    private static String said(boolean json, boolean traces, Exception failure) {
        var err = new ByteArrayOutputStream();
        var talk = new Talk(new PrintStream(err, true, StandardCharsets.UTF_8), json, false, true, traces);
        talk.failed(failure);
        talk.notice(FORGED);
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aRefusalsWordsAreOneLineForPeople() {
        String said = said(false, false, new Refused(FORGED));

        assertThat(said.lines()).hasSize(2).allMatch(line -> line.startsWith("posthouse: no"));
        assertThat(said.lines()).allMatch(line -> line.codePoints().noneMatch(ShownText::isHidden));
    }

    @Test
    void aRefusalsWordsAreOneFieldOfJson() {
        String said = said(true, false, new Refused(FORGED));

        assertThat(said.lines()).hasSize(2);
        String failed = said.lines().findFirst().orElseThrow();
        assertThat(JsonParser.parseString(failed).getAsJsonObject().get("event").getAsString())
                .isEqualTo("failed");
        assertThat(JsonParser.parseString(failed).getAsJsonObject().get("error").getAsString())
                .isEqualTo(FORGED);
        assertThat(said.lines()).allMatch(line -> line.codePoints().noneMatch(ShownText::isHidden));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTraceForgesNoLine(boolean talk) {
        var failure = new IllegalStateException(FORGED);
        var out = new StringWriter();
        Failures.report(failure, new PrintWriter(out));
        String said = talk ? said(false, true, failure) : out.toString();

        assertThat(said).contains("\tat ");
        assertThat(said.lines().filter(line -> line.startsWith("{") || line.startsWith("posthouse: all")))
                .isEmpty();
        assertThat(said.lines())
                .allMatch(line -> line.replace("\t", "").codePoints().noneMatch(ShownText::isHidden));
    }
}
