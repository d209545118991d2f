package dev.posthouse.cli.chime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.cli.Main;
import dev.posthouse.cli.dialect.Dialects;
import dev.posthouse.cli.dialect.SchemeModule;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A further dialect is its module and a line of {@code META-INF/services}, and the command line has it: as processes, with the class path of
 * these tests, on which that line stands.
 */
class ChimeTest {

    private static final String KEY = "JUO5L_EJVRFHatyDadtt3JM2ZaEZeN2hQE7hBmypVZ0";

    private static ChildProcess.Builder posthouse(String line) {
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
    private static String printed(String line, int code) throws IOException {
        try (ChildProcess child = posthouse(line).start()) {
            assertThat(child.awaitExit()).as(child::everything).isEqualTo(code);
            return String.join("\n", child.lines(Output.OUT)) + String.join("\n", child.lines(Output.ERR));
        }
    }

    @Test
    void everyListOfDialectsCountsAndTheProgramsOwnComeFirst() {
        assertThat(Dialects.known()).extracting(SchemeModule::name).containsExactly("rdv", "offset", "chime");
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

    @Test
    void itsAddressConnectsAndItsOptionWorks(@TempDir Path directory) throws IOException {
        byte[] content = new byte[100_000];
        new Random(25).nextBytes(content);
        Path sent = Files.write(directory.resolve("sent"), content);
        Path received = directory.resolve("received");
        try (ServerSocket tower = new ServerSocket(0, 2, InetAddress.getLoopbackAddress())) {
            String address = " chime://127.0.0.1:" + tower.getLocalPort();
            var bells = new ArrayList<String>();
            try (ChildProcess accepts =
                            posthouse("accept" + address).output(received).start();
                    Socket acceptor = tower.accept();
                    ChildProcess dials = posthouse("dial" + address + " --bell ding --timeout 1m")
                            .input(sent)
                            .start();
                    Socket dialer = tower.accept()) {
                bells.add(line(acceptor.getInputStream()));
                bells.add(line(dialer.getInputStream()));
                var there = Background.run(() -> join(dialer, acceptor));
                var back = Background.run(() -> join(acceptor, dialer));
                assertThat(List.of(dials.awaitExit(), accepts.awaitExit()))
                        .as(() -> dials.everything() + accepts.everything())
                        .containsExactly(0, 0);
                there.result();
                back.result();
                assertThat(String.join("\n", dials.lines(Output.ERR)))
                        .contains("waiting for the peer at" + address, "connected through the relay");
            }
            assertThat(bells).containsExactly("silence", "ding");
            assertThat(received).hasBinaryContent(content);
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            assertThat(b).as("behind '%s'", line).isNotNegative();
            line.append((char) b);
        }
        return line.toString();
    }

    private static void join(Socket from, Socket to) throws IOException {
        from.getInputStream().transferTo(to.getOutputStream());
        to.shutdownOutput();
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
                "dial chime://127.0.0.1:1 t | peers of chime find each other by key: leave TOKEN out",
                "dial gong://127.0.0.1:1 t | an rdv server, with a TOKEN; offset://HOST:PORT/RELAYKEY of an Offset relay, with /PEERKEY behind it to dial; chime://HOST:PORT of a tower",
                "dial tower:1 | an ADDRESS begins with http://, https://, offset:// or chime://, such as http://relay.example",
            })
    void errorsKnowIt(String line, String said) throws IOException {
        assertThat(printed(line, 2)).contains(said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dial", "accept"})
    void helpShowsItsFormItsOptionAndItsExample(String command) throws IOException {
        String help = printed(command + " --help", 0);
        assertThat(help.replaceAll("\\s+", ""))
                .contains("chime://HOST:PORTofatower[TOKEN]")
                .contains("Withchime://addresses:--bell=SOUNDwhatthetowerhearsfirst")
                .containsPattern("posthouse" + command + "chime://tower\\.example:1--bell(ding|dong)");
        assertThat(help.indexOf("With http:// and https:// addresses:"))
                .isPositive()
                .isLessThan(help.indexOf("With offset:// addresses:"));
    }
}
