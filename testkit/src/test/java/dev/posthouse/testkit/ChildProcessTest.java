package dev.posthouse.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.testkit.ChildProcess.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs({OS.LINUX, OS.MAC})
@ExtendWith(LeakCheck.class)
class ChildProcessTest {

    @TempDir
    private Path directory;

    private static ChildProcess.Builder shell(String script) {
        return ChildProcess.of(List.of("/bin/sh", "-c", script)).environment("GREETING", "hello");
    }

    @Test
    void outputIsCollectedAndTheExitCodeKnown() throws IOException {
        try (ChildProcess process =
                shell("echo one; echo two >&2; echo $GREETING; exit 3").start()) {
            assertThat(process.awaitExit()).isEqualTo(3);
            assertThat(process.lines(Output.OUT)).containsExactly("one", "hello");
            assertThat(process.lines(Output.ERR)).containsExactly("two");
        }
    }

    @Test
    void inputIsEmptyUnlessSomethingElseIsSaid() throws IOException {
        try (ChildProcess process = shell("read x || echo none").start()) {
            assertThat(process.awaitExit()).isZero();
            assertThat(process.lines(Output.OUT)).containsExactly("none");
        }
        Path file = Files.writeString(directory.resolve("in"), "from a file\n");
        Path to = directory.resolve("out");
        try (ChildProcess process =
                shell("read x; echo $x").input(file).output(to).start()) {
            assertThat(process.awaitExit()).isZero();
            assertThat(to).hasContent("from a file");
        }
    }

    @Test
    void aLineIsWaitedFor() throws IOException {
        try (ChildProcess process =
                shell("read x; echo listening on $x; read y").inputOpen().start()) {
            process.input().write("4711\n".getBytes(UTF_8));
            process.input().flush();

            assertThat(process.awaitLine(Output.OUT, line -> line.startsWith("listening"), "listening"))
                    .isEqualTo("listening on 4711");
            assertThat(process.isAlive()).isTrue();
        }
    }

    @Test
    void aLineThatDoesNotComeFailsWithAllOutput() throws IOException {
        try (ChildProcess process =
                shell("echo something else; read x").inputOpen().start()) {
            assertThatThrownBy(() ->
                            process.awaitLine(Output.OUT, "ready"::equals, "that it is ready", Duration.ofMillis(200)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("that it is ready")
                    .hasMessageContaining("something else");
        }
        try (ChildProcess process = shell("echo bye").start()) {
            assertThatThrownBy(() -> process.awaitLine(Output.OUT, "ready"::equals, "that it is ready"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("bye");
        }
    }

    @Test
    void aProcessThatDoesNotEndFailsTheWaitAndIsEndedByClosing() throws IOException {
        ChildProcess process = shell("echo ready; read x").inputOpen().start();
        try (process) {
            process.awaitLine(Output.OUT, "ready"::equals, "ready");
            assertThatThrownBy(() -> process.awaitExit(Duration.ofMillis(50))).isInstanceOf(AssertionError.class);
        }
        assertThat(process.isAlive()).isFalse();
    }

    /** Who lived on would keep the output open, and its reader with it: a leak. */
    @Test
    void closingEndsThoseThatItStarted() throws IOException {
        try (ChildProcess process = shell("sleep 1000 & echo ready; wait").start()) {
            process.awaitLine(Output.OUT, "ready"::equals, "ready");
        }
    }

    @Test
    void terminatingAsksTheProcessToEnd() throws IOException {
        try (ChildProcess process = shell("trap 'echo asked; exit 7' TERM; echo ready; while :; do read x; done")
                .inputOpen()
                .start()) {
            process.awaitLine(Output.OUT, "ready"::equals, "ready");

            process.terminate();
            process.input().close();

            assertThat(process.awaitExit()).isEqualTo(7);
            assertThat(process.lines(Output.OUT)).contains("asked");
        }
    }
}
