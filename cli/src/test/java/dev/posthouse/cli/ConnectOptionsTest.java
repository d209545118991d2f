package dev.posthouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.posthouse.cli.dialect.Dialects;
import dev.posthouse.cli.dialect.SchemeModule;
import dev.posthouse.net.connection.AddressScheme;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Which options go with which addresses. */
class ConnectOptionsTest {

    private static final String RELAY = "JUO5L_EJVRFHatyDadtt3JM2ZaEZeN2hQE7hBmypVZ0";

    /** Of {@code dial}. */
    private static ConnectOptions options(String line) {
        return ((DialCommand) parsed("dial " + line)).options();
    }

    /** Of {@code accept}. */
    private static ConnectOptions accepting(String line) {
        return ((AcceptCommand) parsed("accept " + line)).options();
    }

    private static Object parsed(String line) {
        return Main.commandLine()
                .parseArgs(line.split(" "))
                .subcommand()
                .commandSpec()
                .userObject();
    }

    private static void assertRefused(ConnectOptions options, String named) {
        assertThatThrownBy(options::scheme)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("leave out what does nothing with ")
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://h t --allow all | an http:// address: --allow (it belongs to offset:// addresses",
                "https://h t --allow all | an https:// address: --allow (it belongs to offset:// addresses",
                "http://h t --identity me | --identity (it belongs to offset:// addresses",
                "http://h t --identity me --allow all | TOKEN), --allow (it belongs to offset:// addresses",
                "http://h t --cacert f | --cacert (it belongs to https:// addresses and https:// proxies",
                "http://h t --insecure | --insecure (it belongs to https:// addresses and https:// proxies",
                "offset://h:1/RELAY --space none | an offset:// address: --space (it belongs to http:// and https://",
                "offset://h:1/RELAY -s default | --space (it belongs to http:// and https:// addresses",
                "offset://h:1/RELAY --wait 1s | --wait (it belongs to http:// and https:// addresses",
                "offset://h:1/RELAY -w | -w (it belongs to http:// and https:// addresses",
                "offset://h:1/RELAY --header a:b | --header (it belongs to http:// and https:// addresses",
                "offset://h:1/RELAY --cacert f | --cacert (it belongs to https:// addresses and https:// proxies",
                "offset://h:1/RELAY --insecure | --insecure (it belongs to https:// addresses and https:// proxies",
            })
    void optionThatDoesNothingWithAnAddressIsAnError(String line, String named) {
        String words = line.replace("RELAY", RELAY);
        assertRefused(options(words), named);
        assertRefused(accepting(words), named);
    }

    @Test
    void optionThatDoesNothingWithACommandIsAnError() {
        assertRefused(options("offset://h:1/" + RELAY + " --allow all"), "--allow (it belongs to accept;");
        assertRefused(accepting("http://h t --wait 1s"), "--wait (it belongs to dial, which chooses the route)");
    }

    /** Every option of the two commands is for all addresses, or refused with some by its dialect or by that of the address. */
    @Test
    void everyOptionIsAccountedFor(@TempDir Path directory) throws IOException {
        Path identity = directory.resolve("me.ident");
        assertThat(Main.commandLine().execute("keygen", identity.toString())).isZero();
        Map<String, String> forAll = Map.of(
                "--timeout", " 5s", "--dead-after", " 5s", "--force", "", "--json", "", "--verbose", "", "--quiet", "");
        for (String name : forAll.keySet()) {
            String option = name + forAll.get(name);
            try (AddressScheme rdv = options("http://h t " + option).scheme();
                    AddressScheme offset = options(
                                    "offset://h:1/" + RELAY + "/" + RELAY + " --identity " + identity + " " + option)
                            .scheme()) {
                assertThat(List.of(rdv.name(), offset.name())).containsExactly("rdv", "offset");
            }
        }
        Set<String> byTheirDialect = Set.of("--cacert", "--insecure");
        assertThat(shared()).allSatisfy(option -> assertThat(option.names())
                .as("a new option belongs into one of these lists, and into the test above")
                .anyMatch(name -> byTheirDialect.contains(name) || forAll.containsKey(name)));
        assertThat(Dialects.known())
                .filteredOn(module -> !ofDialect(module).isEmpty())
                .extracting(SchemeModule::name)
                .as("who has options that others refuse")
                .contains("rdv", "offset");
    }

    private static CommandSpec dial() {
        return Main.commandLine().parseArgs("dial", "ADDRESS").subcommand().commandSpec();
    }

    private static CommandSpec mixin(String name) {
        return Objects.requireNonNull(dial().mixins().get(name), name);
    }

    private static List<OptionSpec> ofDialect(SchemeModule module) {
        return mixin(module.name()).options();
    }

    /** Those of no dialect, without --help and --version. */
    private static List<OptionSpec> shared() {
        List<String> others = Stream.concat(
                        Dialects.known().stream().flatMap(module -> ofDialect(module).stream()),
                        mixin("mixinStandardHelpOptions").options().stream())
                .map(OptionSpec::longestName)
                .toList();
        return dial().options().stream()
                .filter(option -> !others.contains(option.longestName()))
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://h t -q -v | --quiet and --verbose",
                "http://h t -w --wait 1s | --wait and -w",
                "https://h t --insecure --cacert f | --insecure and --cacert",
            })
    void optionsThatContradictEachOtherAreAnError(String line, String named) {
        assertThatThrownBy(() -> options(line).scheme())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(named + " exclude each other");
    }

    @Test
    void acceptThatCouldAdmitNobodyIsRefusedAtOnce(@TempDir Path directory) throws IOException {
        Path identity = directory.resolve("me.ident");
        assertThat(Main.commandLine().execute("keygen", identity.toString())).isZero();
        String line = "offset://h:1/" + RELAY + " --identity " + identity;
        assertThatThrownBy(() -> accepting(line).scheme())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--allow THEIRKEY");

        try (AddressScheme scheme = accepting(line + " --allow all").scheme()) {
            assertThat(scheme.name()).isEqualTo("offset");
        }
        try (AddressScheme scheme =
                options(line.replace(RELAY, RELAY + "/" + RELAY)).scheme()) {
            assertThat(scheme.name()).isEqualTo("offset");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://h t --dead-after 10ms | --dead-after takes a second or more, or off, not '10ms'",
                "http://h t --header Host:x | --header: the header Host is the protocol's own",
                "http://h t --header nothing | --header takes NAME:VALUE",
                "https://h t --cacert /missing.pem | --cacert: there is no file /missing.pem",
                "offset://h:1/RELAY --identity ME --allow foo --accept | --allow takes a public key, or all: ",
                "offset://h:1/RELAY/RELAY --identity ME --allow all --accept | to accept, there is no PEERKEY",
                "offset://h:1/RELAY --identity ME | to dial, the address ends with the PEERKEY",
                "t http://h | it stands before the TOKEN",
            })
    void whatIsWrongWithAnOptionNamesIt(String line, String said, @TempDir Path directory) {
        Path identity = directory.resolve("me.ident");
        assertThat(Main.commandLine().execute("keygen", identity.toString())).isZero();
        String words = line.replace("RELAY", RELAY).replace("ME", identity.toString());
        ConnectOptions options =
                words.endsWith(" --accept") ? accepting(words.replace(" --accept", "")) : options(words);
        assertThatThrownBy(options::scheme)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said);
    }

    @Test
    void missingTokenIsFoundBeforeAnythingIsWaitedFor() throws IOException {
        assumeThat(System.getenv("POSTHOUSE_TOKEN")).isNull();
        ConnectOptions options = options("http://h");
        try (AddressScheme scheme = options.scheme()) {
            assertThatThrownBy(() -> options.token(scheme, InputStream.nullInputStream()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("the TOKEN is missing: ");
        }
    }

    @Test
    void addressThatIsMalformedIsFoundBeforeAnythingIsWaitedFor() {
        assertThatThrownBy(() -> options("http://h:port t").scheme()).hasMessageContaining("there is no port");
        assertThatThrownBy(() -> options("offset://h/" + RELAY).scheme()).hasMessageContaining("names no port");
        assertThatThrownBy(() -> options("relay.example:8080 t").scheme())
                .hasMessageContaining("http://relay.example:8080");
    }

    @Test
    void nameWithAnUnderscoreIsAHost() throws IOException {
        try (AddressScheme scheme = options("http://my_relay:8080 t").scheme()) {
            assertThat(scheme.name()).isEqualTo("rdv");
        }
        assertThat(options("http://my_relay:8080/p?k=1 t").shownAddress()).isEqualTo("http://my_relay:8080/p");
    }
}
