package dev.posthouse.offset.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.offset.identity.MalformedKeyFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the original's tools (spec 10). */
class TicketTest {

    private static final Ed25519PublicKey RELAY = Ed25519PublicKey.parse(OffsetAddressTest.RELAY);
    private static final Ed25519PublicKey PEER = Ed25519PublicKey.parse(OffsetAddressTest.PEER);
    private static final RelayAddress ADDRESS = new RelayAddress(RELAY, "127.0.0.1", 1337);

    /** {@code relay_ticket_file} of the vectors. */
    private static final String TICKET =
            "{\n  \"publicKey\": \"JUO5L_EJVRFHatyDadtt3JM2ZaEZeN2hQE7hBmypVZ0\",\n  \"address\": \"127.0.0.1:1337\"\n}";

    private static final String FRIEND = """
            {
              "publicKey": "zRSzf5VulTGU_3-3Oz2B3MVh1hp1OAlLfD4aZD7l86o",
              "relays": [
                {
                  "publicKey": "JUO5L_EJVRFHatyDadtt3JM2ZaEZeN2hQE7hBmypVZ0",
                  "address": "127.0.0.1:1337"
                },
                {
                  "publicKey": "JUO5L_EJVRFHatyDadtt3JM2ZaEZeN2hQE7hBmypVZ0",
                  "address": "[2001:db8::1]:80"
                }
              ]
            }""";

    @TempDir
    private Path directory;

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("file"), content);
    }

    @Test
    void aRelayTicketIsWrittenLikeTheOriginals() throws IOException {
        Path file = directory.resolve("relay.relay");
        new RelayTicket(ADDRESS).write(file);

        assertThat(file).hasContent(TICKET);
        assertThat(Files.readAllBytes(file)).isEqualTo(TICKET.getBytes(StandardCharsets.UTF_8));
        assertThat(RelayTicket.read(file).relay()).isEqualTo(ADDRESS);
    }

    @Test
    void aFriendIsWrittenLikeTheOriginals() throws IOException {
        Path file = directory.resolve("friend");
        PeerTicket friend = new PeerTicket(PEER, List.of(ADDRESS, new RelayAddress(RELAY, "2001:db8::1", 80)));
        friend.write(file);

        assertThat(Files.readAllBytes(file)).isEqualTo(FRIEND.getBytes(StandardCharsets.UTF_8));
        assertThat(PeerTicket.read(file)).isEqualTo(friend);
    }

    @Test
    void aFriendMayHaveNoRelay() throws IOException {
        PeerTicket friend = new PeerTicket(PEER, List.of());

        assertThat(friend.text()).isEqualTo("{\n  \"publicKey\": \"" + PEER + "\",\n  \"relays\": []\n}");
        assertThat(PeerTicket.read(file(friend.text()))).isEqualTo(friend);
    }

    @Test
    void aFriendHasSixteenRelaysAtMost() {
        assertThat(new PeerTicket(PEER, Collections.nCopies(16, ADDRESS)).relays())
                .hasSize(16);
        assertThatThrownBy(() -> new PeerTicket(PEER, Collections.nCopies(17, ADDRESS)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16 relays at most, not 17");
    }

    @Test
    void fieldsComeInAnyOrderAndOthersAreSkipped() throws IOException {
        Path file = file("{\"address\":\"h:1\",\"more\":{\"a\":[1]},\"publicKey\":\"" + RELAY + "\"}\n");

        assertThat(RelayTicket.read(file).relay()).isEqualTo(new RelayAddress(RELAY, "h", 1));
    }

    @Test
    void keysMayBePaddedAsTheOriginalTakesThem() throws IOException {
        Path relay = file(TICKET.replace("ypVZ0", "ypVZ0="));
        assertThat(RelayTicket.read(relay).relay()).isEqualTo(ADDRESS);
        Path friend = file(FRIEND.replace("l86o", "l86o=").replace("ypVZ0", "ypVZ0="));
        assertThat(PeerTicket.read(friend).text()).isEqualTo(FRIEND);
        Path twice = file(TICKET.replace("ypVZ0", "ypVZ0=="));
        assertThatThrownBy(() -> RelayTicket.read(twice)).isInstanceOf(MalformedKeyFile.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingIsOverwritten(boolean friend) throws IOException {
        Path file = file("precious");

        assertThatThrownBy(() -> {
                    if (friend) {
                        new PeerTicket(PEER, List.of()).write(file);
                    } else {
                        new RelayTicket(ADDRESS).write(file);
                    }
                })
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(file).hasContent("precious");
    }

    @Test
    void aFileThatIsNotThereIsSaidSo() {
        assertThatThrownBy(() -> RelayTicket.read(directory.resolve("none"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> PeerTicket.read(directory.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|not JSON",
                "{|not JSON",
                "[]|not JSON",
                "{}|\"publicKey\" is missing",
                "{\"publicKey\":\"x\"}|\"address\" is missing",
                "{\"publicKey\":\"x\",\"address\":\"h:1\"}|not a public key",
                "{\"publicKey\":1,\"address\":\"h:1\"}|is no text",
                "{\"publicKey\":\"x\",\"publicKey\":\"y\",\"address\":\"h:1\"}|there twice",
                "{\"publicKey\":\"" + OffsetAddressTest.RELAY + "\",\"address\":\"h\"}|names no port",
                "{\"publicKey\":\"" + OffsetAddressTest.RELAY + "\",\"address\":\"h:1\"} x|not JSON",
                "{\"publicKey\":\"" + OffsetAddressTest.RELAY + "\",\"address\":\"h:1\"} {}|not JSON",
            })
    void aMalformedRelayTicketIsRefusedWithWhatIsWrong(String content, String wrong) throws IOException {
        Path file = file(content);

        assertThatThrownBy(() -> RelayTicket.read(file))
                .isInstanceOf(MalformedKeyFile.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(wrong);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"publicKey\":\"" + OffsetAddressTest.RELAY + "\"}|\"relays\" is missing",
                "{\"relays\":[]}|\"publicKey\" is missing",
                "{\"relays\":[],\"relays\":[]}|\"relays\" is there twice",
                "{\"relays\":[{}]}|\"publicKey\" is missing",
                "{\"relays\":{}}|not JSON",
            })
    void aMalformedFriendIsRefusedWithWhatIsWrong(String content, String wrong) throws IOException {
        Path file = file(content);

        assertThatThrownBy(() -> PeerTicket.read(file))
                .isInstanceOf(MalformedKeyFile.class)
                .hasMessageContaining(wrong);
    }

    @Test
    void aFileThatIsTooLongOrNoTextIsRefused() throws IOException {
        assertThatThrownBy(() -> RelayTicket.read(file(" ".repeat(16 * 1024 + 1))))
                .isInstanceOf(MalformedKeyFile.class)
                .hasMessageContaining("longer than 16384 bytes");
        Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff});
        assertThatThrownBy(() -> RelayTicket.read(binary))
                .isInstanceOf(MalformedKeyFile.class)
                .hasMessageContaining("UTF-8");
    }
}
