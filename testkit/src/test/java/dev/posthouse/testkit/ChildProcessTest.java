package dev.posthouse.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs({OS.LINUX, OS.MAC})
@ExtendWith(LeakCheck.class)
class ChildProcessTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    @Test
    void outputIsCollectedAndTheExitCodeKnown() throws IOException {
        try (ChildProcess process = shell("echo one; echo two >&2; echo $GREETING; exit 3")) {
            assertThat(process.waitForExit(LONG)).isEqualTo(3);
            assertThat(process.out()).containsExactly("one", "hello");
            assertThat(process.err()).containsExactly("two");
        }
    }

    @Test
    void aLineIsWaitedForAndSomethingMadeOfIt() throws IOException {
        try (ChildProcess process = shell("read x; echo listening on $x; read y")) {
            process.input().write("4711\n".getBytes(UTF_8));
            process.input().flush();

            int port = process.waitFor(
                    line -> line.startsWith("listening on ")
                            ? Optional.of(Integer.parseInt(line.substring(13)))
                            : Optional.empty(),
                    LONG);
            assertThat(port).isEqualTo(4711);
            assertThat(process.waitForLine(line -> line.endsWith("4711"), LONG)).isEqualTo("listening on 4711");
            assertThat(process.isAlive()).isTrue();
        }
    }

    @Test
    void aLineThatDoesNotComeFailsWithAllOutput() throws IOException {
        try (ChildProcess process = shell("echo something else; read x")) {
            assertThatThrownBy(() -> process.waitForLine("ready"::equals, Duration.ofMillis(200)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("something else");
        }
        try (ChildProcess process = shell("echo bye")) {
            assertThatThrownBy(() -> process.waitForLine("ready"::equals, LONG))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("ended its output");
        }
    }

    @Test
    void aProcessThatDoesNotEndFailsTheWaitAndIsEndedByClosing() throws IOException {
        ChildProcess process = shell("echo ready; read x");
        try (process) {
            process.waitForLine("ready"::equals, LONG);
            assertThatThrownBy(() -> process.waitForExit(Duration.ofMillis(50))).isInstanceOf(AssertionError.class);
        }
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void terminatingAsksTheProcessToEnd() throws IOException {
        try (ChildProcess process = shell("trap 'echo asked; exit 7' TERM; echo ready; while :; do read x; done")) {
            process.waitForLine("ready"::equals, LONG);

            process.terminate();
            process.input().close();

            assertThat(process.waitForExit(LONG)).isEqualTo(7);
            assertThat(process.out()).contains("asked");
        }
    }

    private ChildProcess shell(String script) throws IOException {
        return ChildProcess.start(directory, Map.of("GREETING", "hello"), List.of("/bin/sh", "-c", script));
    }
}
