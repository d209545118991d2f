package dev.posthouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.NetworkFailure;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /** What a server does with a request, and what the command that asked exits with. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "408 Request Timeout > 11 > no-peer",
                "401 Unauthorized > 12 > unauthorized",
                "403 Forbidden > 13 > rejected",
                "SSH > 15 > protocol-error",
                "nobody > 10 > unreachable",
                "space > 2 > usage"
            })
    void aCommandExitsWithTheCodeOfItsFailureAndSaysItsWord(String server, int code, String reason) throws Exception {
        assertThat(ofTheProgram()).contains(code);
        try (ServerSocket listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            if (server.equals("nobody")) {
                listener.close();
            }
            Thread serving = Thread.ofVirtual().start(() -> answerAll(listener, server));
            List<String> command = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "dev.posthouse.cli.Main",
                    "dial",
                    "http://127.0.0.1:" + listener.getLocalPort(),
                    server.equals("space") ? "" : "t",
                    "--json",
                    "--timeout",
                    "10s",
                    "--space",
                    "none");
            try (ChildProcess child = ChildProcess.of(command).start()) {
                assertThat(child.awaitExit()).as(child::everything).isEqualTo(code);
                if (code != Failures.USAGE) {
                    assertThat(String.join("", child.lines(Output.ERR)))
                            .contains("\"reason\":\"" + reason + "\",\"exitCode\":" + code);
                }
            }
            listener.close();
            serving.join();
        }
    }

    private static void answerAll(ServerSocket listener, String server) {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                String answer = server.equals("SSH")
                        ? "SSH-2.0-OpenSSH_9.9\r\n"
                        : "HTTP/1.1 " + server + "\r\nConnection: close\r\nContent-Length: 3\r\n\r\nno\n";
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                socket.shutdownOutput();
                socket.getInputStream().readAllBytes();
            } catch (IOException e) {
                // The listener was closed, or the client has gone.
            }
        }
    }

    /** Whoever adds a kind of failure must say what it exits with: not with a fault of ours. */
    @Test
    void everyFailureOfTheNetworkHasItsCode() throws Exception {
        for (Class<?> kind : NetworkFailure.class.getPermittedSubclasses()) {
            Exception failure = kind.equals(ConnectionLost.class)
                    ? new ConnectionLost(ConnectionLost.How.CUT, "why")
                    : (Exception) kind.getConstructor(String.class).newInstance("why");
            assertThat(Failures.exitCode(failure))
                    .as(kind.getSimpleName())
                    .isGreaterThanOrEqualTo(Failures.RELAY_UNREACHABLE)
                    .isNotEqualTo(Failures.LOCAL);
            assertThat(Failures.label(failure)).as(kind.getSimpleName()).isNotEqualTo("internal");
            // Only what is a lost connection may fall to the code of a lost connection.
            assertThat(Failures.exitCode(failure) == Failures.LOST)
                    .as(kind.getSimpleName())
                    .isEqualTo(kind.equals(ConnectionLost.class));
        }
    }

    @Test
    void readmeLinksToTheTable() throws IOException {
        assertThat(Files.readString(Path.of("../README.md"))).contains("docs/operations.md#exit-codes");
    }
}
