package dev.posthouse.daemon.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class NestingTest {

    @TempDir
    Path directory;

    private static List<String> problems(Path file) {
        ConfigurationError error = catchThrowableOfType(
                ConfigurationError.class, () -> Configuration.load(Optional.of(file), Map.of(), Map.of()));
        assertThat(error).as("an error").isNotNull();
        return error.problems();
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("a.toml"), text);
    }

    @ParameterizedTest
    @CsvSource({
        "'[', ']'",
        "'[ ', ' ]'",
        "'{a=', '}'",
        "'[{a=', '}]'",
        "'[\"]\",', ']'",
        "'[#]\n', ']'",
        "'[\n', ']'",
        "a., b"
    })
    void whatIsNestedDeeplyIsAnErrorWithItsFileAndLine(String open, String close) throws Exception {
        String deep = open.repeat(50_000);
        String value = open.equals("a.") ? "a." + deep + "b = 1" : "listen = " + deep + close.repeat(50_000);
        Path file = file("# one\n" + value + "\n");

        assertThat(problems(file))
                .singleElement()
                .asString()
                .startsWith(file + ":")
                .contains("within one another");
        if (!open.contains("\n")) {
            assertThat(problems(file).getFirst()).startsWith(file + ":2: ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state = \"[[[[[[[[[[[[[[[[[[[[[[[[\"",
                "state = '[[[[[[[[[[[[[[[[[[[[[[[[\"'",
                "state = \"\\\"[[[[[[[[[[[[[[[[[[[[[[[[\"",
                "state = \"\"\"\n[[[[[[[[[[[[[[[[[[[[[[[[\"\"\"",
                "state = \"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t\"",
                "# [[[[[[[[[[[[[[[[[[[[[[[[ a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t"
            })
    void bracketsInStringsAndCommentsAreNotNested(String line) throws Exception {
        assertThat(Configuration.load(Optional.of(file(line + "\n")), Map.of(), Map.of())
                        .warnings())
                .isEmpty();
    }

    @Test
    void whatIsTooLongIsNotRead() throws Exception {
        Path file = file("#".repeat((1 << 20) + 1));

        assertThat(problems(file)).singleElement().asString().startsWith(file + ": is longer than 1 MiB");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aDeviceWithoutEndIsNotRead() {
        assertThat(problems(Path.of("/dev/zero"))).singleElement().asString().contains("longer than 1 MiB");
    }

    @Test
    void whatIsNotTextIsAnErrorThatNamesTheFile() throws Exception {
        Path file = Files.write(directory.resolve("b.toml"), new byte[] {(byte) 0xff, (byte) 0xfe});

        assertThat(problems(file)).singleElement().asString().contains("b.toml");
    }
}
