package dev.posthouse.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    private static final Suite<?> RELAY = new RelaySuite();

    @Test
    void withoutArgumentsEverythingIsMeasuredInThreeRounds() {
        Options options = Options.parse(RELAY, List.of());

        assertThat(options.rounds()).isEqualTo(3);
        assertThat(options.window()).isEqualTo(Duration.ofSeconds(5));
        assertThat(options.shortWindow()).isEqualTo(Duration.ofSeconds(3));
        assertThat(options.only()).isEmpty();
        assertThat(options.measures()).isEqualTo(RELAY.measures());
    }

    @Test
    void loadsWithoutThroughputTakeAsLongAsIsSaid() {
        assertThat(Options.parse(RELAY, List.of("--seconds", "25")).shortWindow())
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(Options.parse(RELAY, List.of("--measure", "setup", "--seconds", "25"))
                        .shortWindow())
                .isEqualTo(Duration.ofSeconds(25));
        assertThat(Options.parse(RELAY, List.of("--measure", "setup")).shortWindow())
                .isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void whatIsSaidGoesBeforeWhatQuickMeans() {
        Options options = Options.parse(RELAY, List.of("--rounds", "2", "--quick"));

        assertThat(options.rounds()).isEqualTo(2);
        assertThat(options.window()).isEqualTo(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--rounds 0       | --rounds takes a whole number from 1 to 100, not 0",
                "--seconds x      | --seconds takes a whole number from 1 to 60, not x",
                "--json           | --json needs a value",
                "--measure speed  | --measure takes some of throughput,latency,setup,memory,start, not 'speed'",
                "--only haproxy,x | --only takes some of no-relay,splice,posthouse,haproxy,go-copy,rdv-go, not 'x'",
            })
    void aWrongArgumentIsRefusedWithWhatWouldBeRight(String line, String message) {
        assertThatThrownBy(() -> Options.parse(RELAY, List.of(line.split(" ", -1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void eachSuiteHasItsOwnContestantsAndMeasures() {
        Options options = Options.parse(new OffsetSuite(), List.of("--only", "offset-go-ref", "--measure", "fairness"));

        assertThat(options.only()).containsExactly("offset-go-ref");
        assertThat(options.measures()).containsExactly("fairness");
        assertThatThrownBy(() -> Options.parse(new OffsetSuite(), List.of("--measure", "latency")))
                .hasMessage("--measure takes some of throughput,setup,memory,fairness,newcomers, not 'latency'");
    }
}
