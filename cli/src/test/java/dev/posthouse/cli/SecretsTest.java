package dev.posthouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nothing of an address but its scheme, host, port and path is printed, and no token, whatever is wrong with the command
 * line. Every argument here has {@code S3cret} where a secret may stand; port 1 of loopback has nobody.
 */
class SecretsTest {

    private static final String KEY = "JUO5L_EJVRFHatyDadtt3JM2ZaEZeN2hQE7hBmypVZ0";

    private static void assertKept(String output) {
        assertThat(output).isNotBlank().doesNotContainIgnoringCase("s3cret", "bob:", "bob@");
    }

    /** Errors of the option parser, and of the commands that do not connect. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "dail http://bob:S3cret@h",
                "S3cret",
                "http://bob:S3cret@h",
                "dial http://h t http://bob:S3cret@h/?k=S3cret",
                "dial http://h my S3cret",
                "dial http://h t -S3cret",
                "dial http://h -- t -S3cret",
                "dial http://h t --spcae=http://bob:S3cret@h",
                "dial http://h t --spcae=S3cret",
                "dial http://h t --json=http://bob:S3cret@h",
                "dial http://h t --quiet=bob:S3cret@h",
                "dial http://h t --identity http://h?k=S3cret --identity bob:S3cret@h",
                "dial http://h t --wait",
                "serve http://bob:S3cret@h",
                "serve --listen http://bob:S3cret@h:1",
                "serve --listen bob:S3cret@h:1",
                "serve --admin-listen bob:S3cret@h:1",
                "serve --offset-host bob:S3cret@h",
                "serve --rdv-path http://bob:S3cret@h?k=S3cret#S3cret",
                "ticket --from offset://bob:S3cret@h:1/" + KEY,
                "ticket --from http://bob:S3cret@h:1/" + KEY,
                "ticket --from offset://h:1/" + KEY + "?S3cret",
                "ticket --from offset://h:S3cret/" + KEY,
                "ticket offset://bob:S3cret@h:1/" + KEY,
                "ticket --identity http://bob:S3cret@h --address bob:S3cret@h:1",
                "keygen --show http://bob:S3cret@h",
                "keygen --show http://h?k=S3cret",
                "keygen --show https://h#S3cret",
            })
    void argumentsThatAreWrongAreNotRepeated(String line) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(Main.originalOrder(line.split(" ")));
        assertThat(code).as(() -> out + "\n" + err).isEqualTo(Failures.USAGE);
        assertKept(out.toString() + err);
    }

    /** Commands that connect, as processes: what they print goes to standard error by every way there is. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | X=x | dial http://bob:S3cret@127.0.0.1:1 t -vv | use https://",
                "2 | X=x | dial http://bob:S3cret@127.0.0.1:1 t --json | use https://",
                "10 | X=x | dial https://bob:S3cret@127.0.0.1:1/p?key=S3cret t -vv | https://127.0.0.1:1/p",
                "10 | X=x | accept https://bob:S3cret@127.0.0.1:1/p?key=S3cret t --json | https://127.0.0.1:1/p",
                "2 | X=x | dial http://127.0.0.1:1/p#S3cret t -vv | no fragment",
                "2 | X=x | dial https://bob:S3cret@127.0.0.1:1 t --header Authorization:S3cret -vv | leave one of the two",
                "2 | X=x | accept offset://bob:S3cret@127.0.0.1:1/KEY --allow all | no user and no password",
                "2 | X=x | dial bob:S3cret@127.0.0.1 t | begins with http://",
                "2 | X=x | dial ftp://bob:S3cret@127.0.0.1 t -vv | ftp://127.0.0.1",
                "2 | X=x | dial http://127.0.0.1:1 t --wait http://bob:S3cret@h | --wait takes a time",
                "2 | X=x | dial http://127.0.0.1:1 t --space http://bob:S3cret@h | http://h",
                "10 | HTTPS_PROXY=http://bob:S3cret@127.0.0.1:1 | dial https://relay.example t -vv | the proxy 127.0.0.1:1",
                "10 | https_proxy=http://bob:S3cret@127.0.0.1:1 | dial http://relay.example t --json | the proxy 127.0.0.1:1",
                "2 | HTTPS_PROXY=bob:S3cret@h h | dial https://127.0.0.1:1 t -vv | HTTPS_PROXY is no proxy",
                "10 | ALL_PROXY=socks5://bob:S3cret@127.0.0.1:1 | dial http://127.0.0.1:1 t | SOCKS",
            })
    void commandsThatConnectKeepThem(int code, String variable, String line, String words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.posthouse.cli.Main"));
        command.addAll(List.of(line.replace("KEY", KEY).split(" ")));
        int equals = variable.indexOf('=');
        try (ChildProcess child = ChildProcess.of(command)
                .environment(variable.substring(0, equals), variable.substring(equals + 1))
                .start()) {
            assertThat(child.awaitExit()).as(child::everything).isEqualTo(code);
            String all = String.join("\n", child.lines(Output.OUT)) + String.join("\n", child.lines(Output.ERR));
            assertThat(all).contains(words);
            assertKept(all);
        }
    }
}
