package dev.posthouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.connection.AddressScheme;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Which options go with which addresses. */
class ConnectOptionsTest {

    private static final String RELAY = "JUO5L_EJVRFHatyDadtt3JM2ZaEZeN2hQE7hBmypVZ0";

    private static ConnectOptions options(String line) {
        var options = new ConnectOptions();
        new CommandLine(options).parseArgs(line.split(" "));
        return options;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://h t --allow all | --allow (it is for offset:// addresses)",
                "http://h t --identity me | --identity (it is for offset:// addresses)",
                "http://h t --identity me --allow all | --identity (it is for offset:// addresses), --allow",
                "offset://h:1/RELAY --space none | --space",
                "offset://h:1/RELAY -s default | --space",
                "offset://h:1/RELAY --wait 1s | --wait",
                "offset://h:1/RELAY -w | -w",
                "offset://h:1/RELAY --header a:b | --header",
                "offset://h:1/RELAY --cacert f | --cacert",
                "offset://h:1/RELAY --insecure | --insecure",
                "offset://h:1/RELAY --allow all | it is for accept",
            })
    void optionThatDoesNothingWithAnAddressIsAnError(String line, String named) {
        assertThatThrownBy(() -> options(line.replace("RELAY", RELAY)).scheme())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("leave out what does nothing")
                .hasMessageContaining(named);
    }

    @Test
    void acceptThatCouldAdmitNobodyIsRefusedAtOnce(@TempDir Path directory) throws IOException {
        Path identity = directory.resolve("me.ident");
        assertThat(Main.commandLine().execute("keygen", identity.toString())).isZero();
        String line = "offset://h:1/" + RELAY + " --identity " + identity;
        ConnectOptions accepts = options(line);
        accepts.accepting();
        assertThatThrownBy(accepts::scheme)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--allow THEIRKEY");

        ConnectOptions allows = options(line + " --allow all");
        allows.accepting();
        try (AddressScheme scheme = allows.scheme()) {
            assertThat(scheme.name()).isEqualTo("offset");
        }
        try (AddressScheme scheme = options(line).scheme()) {
            assertThat(scheme.name()).isEqualTo("offset");
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
