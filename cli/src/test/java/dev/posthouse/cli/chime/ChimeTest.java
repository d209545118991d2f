package dev.posthouse.cli.chime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.cli.Main;
import dev.posthouse.cli.dialect.Dialects;
import dev.posthouse.cli.dialect.SchemeModule;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A further dialect is its module and a line of {@code META-INF/services}, and the command line has it: as processes, with the class path of
 * these tests, on which that line stands.
 */
class ChimeTest {

    private static final String KEY = "JUO5L_EJVRFHatyDadtt3JM2ZaEZeN2hQE7hBmypVZ0";

    static ChildProcess.Builder posthouse(String line) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(line.split(" ")));
        return ChildProcess.of(command);
    }

    /** What is printed by a command that ends with this exit code. */
    static String printed(String line, int code) throws IOException {
        try (ChildProcess child = posthouse(line).start()) {
            assertThat(child.awaitExit()).as(child::everything).isEqualTo(code);
            return String.join("\n", child.lines(Output.OUT)) + String.join("\n", child.lines(Output.ERR));
        }
    }

    @Test
    void everyListOfDialectsCountsAndTheProgramsOwnComeFirst() {
        assertThat(Dialects.known())
                .extracting(SchemeModule::name)
                .startsWith("rdv", "offset")
                .endsWith("chime");
    }

    @ParameterizedTest
    @CsvSource({
        "offset://x, offset",
        "Offset://x, offset",
        "HTTP://x, rdv",
        "https://x, rdv",
        "chime://x, chime",
        "chime:/x, ",
        "xhttp://x, ",
    })
    void anAddressIsRecognisedByItsBeginning(String address, @Nullable String name) {
        assertThat(Dialects.known().stream()
                        .filter(module -> module.recognises(address))
                        .map(SchemeModule::name))
                .containsExactlyElementsOf(name == null ? List.of() : List.of(name));
    }

    /** An option of one dialect with the address of another. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dial http://127.0.0.1:1 t --bell ding | an http:// address: --bell (it belongs to chime:// addresses; their relays have bells)",
                "accept offset://127.0.0.1:1/KEY --allow all --bell ding | an offset:// address: --bell (it belongs to chime:// addresses",
                "accept chime://127.0.0.1:1 --allow all | a chime:// address: --allow (it belongs to offset:// addresses",
                "dial chime://127.0.0.1:1 --space none -i me | --space (it belongs to http:// and https:// addresses; their peers can connect directly), --identity (it belongs to offset:// addresses",
                "dial chime://127.0.0.1:1 --insecure | https:// proxies; a tower has no certificate)",
            })
    void itsOptionIsRefusedElsewhereAndOthersHere(String line, String said) throws IOException {
        assertThat(printed(line.replace("KEY", KEY), 2))
                .contains("leave out what does nothing with ")
                .contains(said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dial chime://127.0.0.1:1 t | addresses of chime take no TOKEN: leave it out",
                "dial nobodys://127.0.0.1:1 t | an rdv server, with a TOKEN; offset://HOST:PORT/RELAYKEY of an Offset relay, with /PEERKEY behind it to dial; ",
                "dial nobodys://127.0.0.1:1 t | ; chime://HOST:PORT/TOWERKEY of a tower",
                "dial tower:1 | an ADDRESS begins with http://, https://, offset://",
                "dial tower:1 | or chime://, such as http://relay.example",
            })
    void errorsKnowIt(String line, String said) throws IOException {
        assertThat(printed(line, 2)).contains(said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dial", "accept"})
    void helpShowsItsFormItsOptionAndItsExample(String command) throws IOException {
        String help = printed(command + " --help", 0);
        assertThat(help.replaceAll("\\s+", ""))
                .contains("chime://HOST:PORT/TOWERKEYofatower[TOKEN]")
                .contains("Withchime://addresses:--bell=SOUNDwhichbellismeant")
                .containsPattern("posthouse" + command + "chime://tower\\.example:1/TOWERKEY--bell(ding|dong)");
        assertThat(help.indexOf("With http:// and https:// addresses:"))
                .isPositive()
                .isLessThan(help.indexOf("With offset:// addresses:"));
    }
}
