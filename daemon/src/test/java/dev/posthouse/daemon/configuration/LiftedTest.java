package dev.posthouse.daemon.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(LeakCheck.class)
class LiftedTest {

    @TempDir
    Path directory;

    private Configuration of(String toml) throws IOException, ConfigurationError {
        Path file = Files.writeString(directory.resolve("a.toml"), toml.replace("|", "\n"));
        return Configuration.load(Optional.of(file), Map.of(), Map.of());
    }

    private List<String> lifted(String before, String after) throws IOException, ConfigurationError {
        Configuration old = of(before);
        return old.liftedBy(of(after));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "[access]|tokens = 't' >  > access.tokens",
                "[access]|tokens = 't' > [access]|tokens = '' > access.tokens",
                "[access]|keys = 'k' >  > access.keys",
                "[access]|allow = ['10.0.0.0/8'] >  > access.allow",
                "[access]|allow = ['10.0.0.0/8'] > [access]|allow = ['::/0'] > access.allow",
                "[access]|allow = ['10.0.0.0/8'] > [access]|allow = ['0.0.0.0/1', '128.0.0.0/1'] > access.allow",
                "[access]|deny = ['10.0.0.0/8'] >  > access.deny: now 10.0.0.0/8",
                "[access]|deny = ['10.0.0.0/8'] > [access]|deny = ['10.0.0.0/9', '10.128.0.0/10'] > 10.0.0.0/8 would",
                "[access]|deny = ['10.0.0.0/8', '192.0.2.1'] > [access]|deny = ['10.0.0.0/9', '192.0.2.1'] > 10.0.0.0/8 would",
                "[limits]|circuits = 5 >  > limits.circuits: now 5 (file",
                "[limits]|circuits = 5 > [limits]|circuits = 'off' > it would be off",
                "[limits]|lobby = '5s' >  > it would be 1m, the default",
                "[limits]|idle = '5s' >  > it would be off, the default",
                "[limits]|rate = '5M' > [limits]|rate = 'off' > limits.rate",
                "[limits]|bytes = '5M' >  > limits.bytes",
                "[limits]|period = '2d' >  > limits.period: now 2d",
            })
    void whatIsNoLongerSaidOrOffIsLifted(String before, String after, String line) throws Exception {
        assertThat(lifted(before, after == null ? "" : after))
                .singleElement()
                .asString()
                .contains(line);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                " > [access]|tokens = 't'",
                "[access]|tokens = 't' > [access]|tokens = 'other'",
                "[access]|tokens = 't' > [access]|keys = 'k'",
                "[access]|allow = ['10.0.0.0/8'] > [access]|allow = ['10.0.0.0/8', '192.0.2.0/24']",
                "[access]|allow = ['::/0'] > ",
                "[access]|deny = ['10.0.0.0/8'] > [access]|deny = ['10.0.0.0/7']",
                "[access]|deny = ['10.0.0.0/8'] > [access]|deny = ['10.0.0.0/9', '10.128.0.0/9']",
                "[limits]|circuits = 5 > [limits]|circuits = 5000",
                "[limits]|circuits = 'off' > ",
                "[limits]|lobby = '5m' > ",
                "[limits]|period = '1h' > ",
                "[drain]|deadline = '1s' > ",
                "[log]|level = 'error' > ",
            })
    void whatIsWrittenOrStricterIsNot(String before, String after) throws Exception {
        assertThat(lifted(before == null ? "" : before, after == null ? "" : after))
                .isEmpty();
    }

    /** A limit that is added later is a restriction like the others without another word. */
    @Test
    void everyLimitThatIsNoLongerSaidIsLifted() throws Exception {
        for (LimitSetting<?> limit : Settings.LIMITS) {
            Setting<?> setting = limit.setting();
            String strict = setting.key().equals("limits.period")
                    ? "366d"
                    : setting.type().label().startsWith("DURATION") ? "1ms" : "2";

            assertThat(lifted("[limits]|" + setting.name() + " = \"" + strict + "\"", ""))
                    .as(setting.key())
                    .singleElement()
                    .asString()
                    .startsWith(setting.key() + ": now ");
        }
    }
}
