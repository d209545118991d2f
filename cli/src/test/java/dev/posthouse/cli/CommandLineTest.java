package dev.posthouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.cli.arguments.Durations;
import dev.posthouse.cli.arguments.TokenArgument;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Arguments, their errors, exit codes and the words for them. */
class CommandLineTest {

    private record Ran(int code, String out, String err) {}

    private static Ran run(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(Main.originalOrder(args));
        return new Ran(code, out.toString(), err.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "'-l,:1,serve', 'serve,-l,:1'",
        "'-v,-s,none,dial,A,T', 'dial,-v,-s,none,A,T'",
        "'-w,a,A,T', 'a,-w,A,T'",
        "'dial,A,T,-v', 'dial,A,T,-v'",
        "'--version', '--version'",
        "'-v', '-v'",
    })
    void originalsOrderIsTaken(String given, String understood) {
        assertThat(Main.originalOrder(given.split(","))).containsExactly(understood.split(","));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dial,http://h,t,--spcae,none | --space",
                "dial,http://h,t,--no-direct | --space none takes no direct way",
                "dail,http://h,t | dial",
                "http://bob:secret@h,t | a command comes first",
                "dial,http://h,my,secret | a TOKEN with blanks stands in quotes",
                "dial,http://h,t,pom.xml | '< pom.xml'",
            })
    void wrongWordsSayWhatIsRightAndRepeatNoAddress(String line, String hint) {
        Ran ran = run(line.split(","));
        assertThat(ran.code()).isEqualTo(Failures.USAGE);
        assertThat(ran.err()).contains(hint).contains("--help").doesNotContain("bob");
    }

    /** Picocli's own way to take arguments from a file would let the file set options, and print its words. */
    @Test
    void aFileIsATokenAndNeverMoreArguments(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("T"), "--insecure word\n");
        var taken = Main.commandLine().parseArgs("dial", "ADDRESS", "@" + file).subcommand();
        assertThat(taken.<String>matchedPositionalValue(1, "")).isEqualTo("@" + file);
        assertThat(taken.hasMatchedOption("--insecure")).isFalse();
    }

    @Test
    void wordsThatAreNoneSayWhatWasMeant() {
        assertThat(run("dail", "http://h", "t").err()).contains("no command 'dail'; did you mean 'dial'?");
        assertThat(run("receive", "http://h").err())
                .contains("no command 'receive'")
                .doesNotContain("did you mean");
        assertThat(run("dial", "http://h", "my", "secret").err())
                .contains("a TOKEN with blanks stands in quotes", "< FILE")
                .doesNotContain("my", "secret");
    }

    /** One key in 64 begins with '-', and often goes on like an option. */
    @ParameterizedTest
    @ValueSource(strings = {"-h", "-v", "-s", "-i", "-q", "-w", "-V", "-x", "--", "-"})
    void keyMayLookLikeAnOption(String beginning) {
        String key = beginning + "A".repeat(42 - beginning.length()) + "A";
        var accept = Main.commandLine()
                .parseArgs("accept", "ADDRESS", "--allow", key, "--allow=" + key, "--allow", key)
                .subcommand();
        assertThat(accept.commandSpec().findOption("--allow").<List<String>>getValue())
                .containsExactly(key, key, key);
        assertThat(accept.matchedOptions())
                .allMatch(option -> option.longestName().equals("--allow"));
    }

    @Test
    void valueOfAllowMustNotBeMissing() {
        Ran ran = run("accept", "offset://h:1/K", "--allow");
        assertThat(ran.code()).isEqualTo(Failures.USAGE);
        assertThat(ran.err()).contains("--allow").contains("KEY|all");
    }

    @Test
    void tokenThatLooksLikeAnOptionStandsBehindTwoDashes() {
        Ran ran = run("dial", "http://h", "-xyz");
        assertThat(ran.code()).isEqualTo(Failures.USAGE);
        assertThat(ran.err()).contains("stands behind '--'");
        assertThat(run("serve", "-xyz").err()).contains("-xyz").doesNotContain("TOKEN");
        var taken =
                Main.commandLine().parseArgs("dial", "ADDRESS", "--", "-xyz").subcommand();
        assertThat(taken.<String>matchedPositionalValue(1, "")).isEqualTo("-xyz");
    }

    @Test
    void missingCommandSaysWhichThereAre() {
        Ran ran = run();
        assertThat(ran.code()).isEqualTo(Failures.USAGE);
        assertThat(ran.err()).contains("serve, dial, accept, keygen or ticket");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "dial", "accept", "keygen", "ticket", "completion"})
    void everyCommandHelpsWithAnExample(String command) {
        Ran ran = run(command, "--help");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("posthouse " + command);
    }

    @Test
    void exitCodesAreInTheHelp() {
        assertThat(run("--help").out()).contains("10 relay unreachable").contains("129, 130 or 143: ended by SIGHUP");
    }

    @Test
    void completionCompletesEveryCommand() {
        assertThat(run("completion").out())
                .contains("serve", "dial", "accept", "keygen", "ticket", "--space", "--listen", "--identity");
    }

    @Test
    void keygenPrintsThePublicKeyAndOverwritesNothing(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("me.ident");
        Ran made = run("keygen", file.toString());
        assertThat(made.code()).isZero();
        assertThat(made.out().strip()).hasSize(43);
        assertThat(made.out()).doesNotContain(Files.readString(file).replaceAll("[^A-Za-z0-9_-]", ""));

        assertThat(run("keygen", "--show", file.toString()).out()).isEqualTo(made.out());
        Ran again = run("keygen", file.toString());
        assertThat(again.code()).isEqualTo(Failures.USAGE);
        assertThat(again.err()).contains("stays as it is").contains("--show");
        Ran missing = run("keygen", "--show", directory.resolve("other").toString());
        assertThat(missing.code()).isEqualTo(Failures.USAGE);
        assertThat(missing.err()).contains("posthouse keygen");
    }

    @Test
    void fileThatCannotBeWrittenIsNamedWithTheReason(@TempDir Path directory) throws IOException {
        String nowhere = directory.resolve("missing/me.ident").toString();
        Ran keygen = run("keygen", nowhere);
        assertThat(keygen.code()).isEqualTo(Failures.LOCAL);
        assertThat(keygen.err())
                .isEqualToIgnoringNewLines("posthouse: cannot write " + nowhere + ": there is no directory "
                        + directory.resolve("missing"));
        Ran ticket = run("ticket", "--from", "offset://h:1/" + "A".repeat(43), "-o", nowhere);
        assertThat(ticket.code()).isEqualTo(Failures.LOCAL);
        assertThat(ticket.err()).contains("cannot write " + nowhere + ": there is no directory ");

        String inAFile = Files.writeString(directory.resolve("file"), "")
                .resolve("me.ident")
                .toString();
        assertThat(run("keygen", inAFile).err())
                .contains("cannot write " + inAFile + ": a part of its path is no directory");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "serve --listne 1 | unknown option --listne; did you mean '--listen'?",
                "serve --tls-cert f | unknown option --tls-cert; did you mean '--tls-certificate'?",
                "serve --identity f | unknown option --identity; did you mean '--offset-identity'?",
                "serve --frobnicate | unknown option --frobnicate",
                "serve --limits.lobby 5s | unknown option --limits.lobby; did you mean '--limits-lobby'?",
                "serve --limits.lobby=5s | unknown option --limits.lobby; did you mean '--limits-lobby'?",
                "dial http://h t --timout 5s | unknown option --timout; did you mean '--timeout'?",
                "dial --token t http://h | unknown option --token; the TOKEN stands behind the ADDRESS",
            })
    void unknownOptionIsNamedWithWhatMayBeMeant(String line, String said) {
        Ran ran = run(line.split(" "));
        assertThat(ran.code()).isEqualTo(Failures.USAGE);
        assertThat(ran.err()).contains("posthouse: " + said).doesNotContain("Possible solutions");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--access-tokens", "--access-deny", "--limits-lobby", "--listen", "-l", "--reload-lift"})
    void emptyValueOfASettingIsNoneThatIsToBeDropped(String flag) {
        Ran ran = run("serve", "--print-config", flag, "");
        assertThat(ran.code()).isEqualTo(Failures.USAGE);
        assertThat(ran.err()).contains("has an empty value: leave the option out");
    }

    @Test
    void ticketsAreWrittenAndShown(@TempDir Path directory) {
        String identity = directory.resolve("relay.ident").toString();
        String key = run("keygen", identity).out().strip();
        String ticket = directory.resolve("my.relay").toString();
        String address = "offset://relay.example:8080/" + key;

        assertThat(run("ticket", "-i", identity, "-a", "relay.example:8080", "-o", ticket)
                        .code())
                .isZero();
        assertThat(run("ticket", ticket).out().strip()).isEqualTo(address);
        assertThat(run("ticket", "--from", address).out()).contains("\"publicKey\": \"" + key + "\"");
        assertThat(run("ticket", "--from", address, "-o", ticket).code()).isEqualTo(Failures.USAGE);
        assertThat(run("ticket", ticket, "--output", directory.resolve("other").toString())
                        .err())
                .contains("leave out what does nothing with a TICKET: --output");
        assertThat(run("ticket", "--from", address, "-a", "other.example:1").err())
                .contains("leave out what does nothing with --from: --address");
        assertThat(run("ticket", "-a", "relay.example:8080").err()).contains("--identity FILE");
        assertThat(run("ticket", "--from", "http://relay.example").code()).isEqualTo(Failures.USAGE);
    }

    @Test
    void configurationIsPrintedWithItsSources() {
        Ran ran = run("serve", "--listen", "127.0.0.1:1", "--print-config");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("127.0.0.1:1").contains("--listen").contains("default");
    }

    @Test
    void wrongSettingSaysWhatIsRight() {
        Ran ran = run("serve", "--limits-lobby", "soon");
        assertThat(ran.code()).isEqualTo(Failures.USAGE);
        assertThat(ran.err()).contains("limits-lobby").contains("soon");
    }

    @Test
    void tokenIsTakenFromWhereItIsSaid(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("token"), "\uFEFFfrom-file\r\nsecond line\n");
        InputStream in = in("from-input\nrest");
        assertThat(TokenArgument.resolve("plain", in, "variable")).contains("plain");
        assertThat(TokenArgument.resolve("@" + file, in, null)).contains("from-file");
        assertThat(TokenArgument.resolve(null, in, "variable")).contains("variable");
        assertThat(TokenArgument.resolve(null, in, null)).isEmpty();
        assertThat(TokenArgument.resolve("-", in, null)).contains("from-input");
        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("rest");
    }

    @Test
    void missingTokenFileIsNamed() {
        assertThatThrownBy(() -> TokenArgument.resolve("@/no/such/file", in(""), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/no/such/file");
    }

    @Test
    void whatCannotBeATokenFileSaysWhy(@TempDir Path directory) {
        assertThatThrownBy(() -> TokenArgument.resolve("@" + directory, in(""), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the token file " + directory + " cannot be read: it is a directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "/", "./.."})
    void aTokenThatNamesNoPlaceSaysWhichDo(String token) {
        assertThatThrownBy(() -> TokenArgument.resolve(token, in(""), null))
                .hasMessageContaining("dots and slashes")
                .hasMessageContaining("letters and digits");
    }

    private static InputStream in(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({"500ms, 500", "2s, 2000", "1.5s, 1500", "3m, 180000", "1h, 3600000"})
    void timesAreReadWithTheirUnits(String text, long millis) {
        assertThat(Durations.parse("--wait", text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-1s", "1d", "1 s"})
    void otherTimesSayWhatIsRight(String text) {
        assertThatThrownBy(() -> Durations.parse("--wait", text))
                .hasMessageContaining("--wait takes a time like 500ms");
    }
}
