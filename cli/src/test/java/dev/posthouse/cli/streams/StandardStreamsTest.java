package dev.posthouse.cli.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The program in a process of its own, started by a shell that closes or redirects descriptors, without the launcher. Nothing
 * listens at the address: whoever gets as far as to connect ends with 10.
 */
@EnabledOnOs({OS.LINUX, OS.MAC})
class StandardStreamsTest {

    private static final int LOCAL = 16;

    private static final int UNREACHABLE = 10;

    @TempDir
    private Path directory;

    /** Runs it with what a shell is to do with the descriptors. */
    private static ChildProcess start(String redirections, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                "sh",
                "-c",
                "exec \"$@\" " + redirections,
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.posthouse.cli.Main"));
        command.addAll(List.of(arguments));
        return ChildProcess.of(command).start();
    }

    private static void ends(ChildProcess child, int code, String saying) {
        assertThat(child.awaitExit()).as(child.everything()).isEqualTo(code);
        assertThat(String.join("\n", child.lines(Output.ERR))).contains(saying);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dial", "accept"})
    void aMissingInputIsRefusedBeforeAnythingIsRead(String command) throws IOException {
        for (String token : List.of("word", "-")) {
            try (ChildProcess child = start("<&-", command, "http://127.0.0.1:1", token)) {
                ends(child, LOCAL, "standard input is closed; < FILE sends a file");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dial", "accept"})
    void aMissingOutputIsRefusedBeforeAnythingArrives(String command) throws IOException {
        try (ChildProcess child = start(">&-", command, "http://127.0.0.1:1", "word")) {
            ends(child, LOCAL, "standard output is closed; > FILE keeps what arrives");
        }
    }

    @Test
    void aMissingStandardErrorIsNoReasonToFail() throws IOException {
        try (ChildProcess child = start("2>&-", "dial", "http://127.0.0.1:1", "word")) {
            ends(child, UNREACHABLE, "");
        }
    }

    @Test
    void withoutAnyDescriptorTheCommandFailsAsItDoesWithoutTheFirst() throws IOException {
        try (ChildProcess child = start("<&- >&- 2>&-", "dial", "http://127.0.0.1:1", "word")) {
            ends(child, LOCAL, "");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'< /', 'standard input is a directory'",
        "'0> /dev/null', 'standard input is not open for reading'",
        "'1< /dev/null', 'standard output is not open for writing'",
    })
    @EnabledOnOs(OS.LINUX)
    void whatCannotWorkIsRefusedBeforeConnecting(String redirections, String sentence) throws IOException {
        try (ChildProcess child = start(redirections, "dial", "http://127.0.0.1:1", "word")) {
            ends(child, LOCAL, sentence);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "--version", "help", "completion", "serve --print-config", "dial --help"})
    void whatPrintsSaysThatItCouldNot(String command) throws IOException {
        try (ChildProcess full = start("> /dev/full", command.split(" "));
                ChildProcess closed = start(">&-", command.split(" "))) {
            ends(full, LOCAL, "posthouse: cannot write to standard output: no space left on device");
            ends(closed, LOCAL, "posthouse: cannot write to standard output: it is closed");
        }
    }

    @Test
    void aKeyThatCouldNotBePrintedIsAFailure() throws IOException {
        Path file = directory.resolve("me.ident");
        try (ChildProcess child = start("> /dev/full", "keygen", file.toString())) {
            ends(child, LOCAL, "no space left on device");
        }
        try (ChildProcess child = start("> /dev/full", "keygen", "--show", file.toString())) {
            ends(child, LOCAL, "no space left on device");
        }
    }
}
