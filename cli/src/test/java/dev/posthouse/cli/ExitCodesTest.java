package dev.posthouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** One table of exit codes: the manual's, that of the help, and what the program does are the same. */
class ExitCodesTest {

    private static final Path MANUAL = Path.of("../docs/operations.md");

    /** Of the shell's convention: 128 and the signal's number. */
    private static final Set<Integer> BY_SIGNAL = Set.of(129, 130, 143);

    private static Set<Integer> ofTheProgram() throws IllegalAccessException {
        var codes = new TreeSet<>(BY_SIGNAL);
        for (Field field : Failures.class.getDeclaredFields()) {
            if (field.getType() == int.class) {
                codes.add(field.getInt(null));
            }
        }
        return codes;
    }

    @Test
    void manualHasARowForEachAndNoOther() throws Exception {
        String manual = Files.readString(MANUAL);
        String section = manual.substring(manual.indexOf("\n## Exit codes\n"));
        section = section.substring(0, section.indexOf("\n## ", 1));
        var codes = new TreeSet<Integer>();
        Matcher rows = Pattern.compile("(?m)^\\| (\\d+) \\|").matcher(section);
        while (rows.find()) {
            assertThat(codes.add(Integer.parseInt(rows.group(1))))
                    .as(rows.group())
                    .isTrue();
        }
        assertThat(codes).isEqualTo(ofTheProgram());
    }

    @Test
    void helpNamesEachAndNoOther() throws Exception {
        String help = Main.commandLine().getUsageMessage();
        String codes = help.substring(help.indexOf("Exit codes:"), help.indexOf("SIGTERM.") + 8);
        var named = new TreeSet<Integer>();
        Matcher numbers = Pattern.compile("\\b\\d+\\b").matcher(codes);
        while (numbers.find()) {
            named.add(Integer.parseInt(numbers.group()));
        }
        assertThat(named).isEqualTo(ofTheProgram());
    }

    @Test
    void readmeLinksToTheTable() throws IOException {
        assertThat(Files.readString(Path.of("../README.md"))).contains("docs/operations.md#exit-codes");
    }
}
