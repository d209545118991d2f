package dev.posthouse.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.BusyCommonPool;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class DeadlineTest {

    private static final Duration SHORT = Duration.ofMillis(30);

    private final MemoryPair pair = MemoryPair.create();

    @AfterEach
    void close() throws IOException {
        pair.close();
    }

    @Test
    void anExchangeInTimeKeepsTheStreamOpen() throws IOException {
        String result = Deadline.within(pair.left(), Duration.ofSeconds(50), "greeting", () -> "done");

        assertThat(result).isEqualTo("done");
        assertThat(pair.left().isOpen()).isTrue();
    }

    @Test
    void aBlockedExchangeFailsWithTimedOutThatNamesItAndTheStreamIsAborted() {
        assertThatThrownBy(() -> Deadline.within(
                        pair.left(), SHORT, "greeting", () -> pair.left().read(ByteBuffer.allocate(1))))
                .isInstanceOf(TimedOut.class)
                .hasMessage("greeting did not finish within 30 ms");
        assertThat(pair.left().isOpen()).isFalse();
        assertThatThrownBy(() -> pair.right().read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
    }

    @Test
    void aDeadlinePassesThoughTheProgramHasFilledTheCommonPool() {
        try (var busy = BusyCommonPool.fill()) {
            var exchange = Background.start(() -> Deadline.within(
                    pair.left(), SHORT, "greeting", () -> pair.left().read(ByteBuffer.allocate(1))));
            assertThat(exchange.failure()).isInstanceOf(TimedOut.class);
            assertThat(busy).isNotNull();
        }
    }

    @Test
    void anExchangeThatReturnsTooLateFailsTheSame() {
        assertThatThrownBy(() -> Deadline.within(pair.left(), SHORT, "greeting", () -> {
                    while (pair.left().isOpen()) {
                        Thread.onSpinWait();
                    }
                    return "late";
                }))
                .isInstanceOf(TimedOut.class);
    }

    @Test
    void anErrorOfTheExchangePassesAndNoTimerStaysBehind() throws IOException {
        IOException error = new IOException("its own");

        assertThatThrownBy(() -> Deadline.within(pair.left(), SHORT, "greeting", () -> {
                    throw error;
                }))
                .isSameAs(error);

        // longer than the deadline was: had the timer stayed, it would abort the stream meanwhile
        pair.left().readTimeout(SHORT.multipliedBy(3));
        assertThatThrownBy(() -> pair.left().read(ByteBuffer.allocate(1))).isInstanceOf(TimedOut.class);
        assertThat(pair.left().isOpen()).isTrue();
    }

    @Test
    void zeroMeansNoDeadline() throws IOException {
        assertThat(Deadline.within(pair.left(), Duration.ZERO, "greeting", () -> 7))
                .isEqualTo(7);
    }

    @Test
    void aNegativeLimitIsRefused() {
        assertThatThrownBy(() -> Deadline.within(pair.left(), Duration.ofSeconds(-1), "greeting", () -> 7))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void limitsAreRoundedUpAndCutToWhatSocketsTake() {
        assertThat(Timeouts.millis(Duration.ZERO)).isZero();
        assertThat(Timeouts.millis(Duration.ofNanos(1))).isEqualTo(1);
        assertThat(Timeouts.millis(Duration.ofMillis(5))).isEqualTo(5);
        assertThat(Timeouts.millis(Duration.ofNanos(5_000_001))).isEqualTo(6);
        assertThat(Timeouts.millis(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Integer.MAX_VALUE);
        assertThat(Timeouts.nanos(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Long.MAX_VALUE);
    }
}
