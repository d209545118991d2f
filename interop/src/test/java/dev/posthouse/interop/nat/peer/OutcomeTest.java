package dev.posthouse.interop.nat.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutcomeTest {

    @Test
    void outcomeReadsEqualOnceWritten() {
        var outcome = new Outcome(
                7,
                true,
                Optional.of("direct"),
                120,
                Optional.of("none \"really\""),
                Optional.of(Duration.ofNanos(21_000)),
                Optional.of(Duration.ofMillis(60)),
                List.of("to 203.0.113.20:4000: chosen, 40 ms"));

        assertThat(Outcome.parse(outcome.toJson())).isEqualTo(outcome);
    }

    @Test
    void answerOfTheOriginalIsRead() {
        Outcome outcome = Outcome.parse(
                "{\"id\":1,\"ok\":false,\"millis\":12,\"error\":\"unexpected EOF\",\"status\":409,\"remote\":\"127.0.0.1:1\"}");

        assertThat(outcome).isEqualTo(Outcome.failed(1, 12, "unexpected EOF"));
    }

    @Test
    void lineThatIsNoAnswerIsRefused() {
        for (String line :
                List.of("", "ready", "{}", "[]", "{\"id\":1,\"ok\":true}", "{\"id\":\"x\",\"ok\":true,\"millis\":1}")) {
            assertThatThrownBy(() -> Outcome.parse(line))
                    .as(line)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith("unlike " + line);
        }
    }
}
