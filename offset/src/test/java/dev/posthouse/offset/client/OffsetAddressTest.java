package dev.posthouse.offset.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.crypto.Ed25519PublicKey;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OffsetAddressTest {

    static final String RELAY = "JUO5L_EJVRFHatyDadtt3JM2ZaEZeN2hQE7hBmypVZ0";
    static final String PEER = "zRSzf5VulTGU_3-3Oz2B3MVh1hp1OAlLfD4aZD7l86o";

    private static final Ed25519PublicKey RELAY_KEY = Ed25519PublicKey.parse(RELAY);

    @ParameterizedTest
    @CsvSource({
        "relay.example:8080, relay.example, 8080",
        "192.0.2.1:1, 192.0.2.1, 1",
        "[2001:db8::1]:65535, 2001:db8::1, 65535",
        "[fe80::1%eth0]:4567, fe80::1%eth0, 4567",
        "a_b-c.:80, a_b-c., 80",
        "localhost:4567, localhost, 4567",
    })
    void anAddressIsReadAndPrinted(String hostAndPort, String host, int port) {
        RelayAddress relay = new RelayAddress(RELAY_KEY, host, port);
        String text = "offset://" + hostAndPort + "/" + RELAY;

        assertThat(OffsetAddress.parse(text)).isEqualTo(new OffsetAddress(relay, Optional.empty()));
        assertThat(OffsetAddress.parse(text + "/" + PEER))
                .isEqualTo(new OffsetAddress(relay, Optional.of(Ed25519PublicKey.parse(PEER))));
        assertThat(OffsetAddress.parse(text)).hasToString(text);
        assertThat(OffsetAddress.parse(text + "/" + PEER)).hasToString(text + "/" + PEER);
        assertThat(relay.hostAndPort()).isEqualTo(hostAndPort);
        assertThat(RelayAddress.parse(RELAY_KEY, hostAndPort)).isEqualTo(relay);
        assertThat(relay).hasToString(text);
    }

    @Test
    void theSchemeMayBeWrittenInCapitals() {
        assertThat(OffsetAddress.parse("OFFSET://h:1/" + RELAY)).hasToString("offset://h:1/" + RELAY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rdv://h:1/" + RELAY + "|begins with offset://",
                "offset://h:1|one or two keys",
                "offset://h:1/" + RELAY + "/" + PEER + "/|one or two keys",
                "offset://h:1/short|RELAYKEY of offset://HOST:PORT/RELAYKEY[/PEERKEY] is not a public key",
                "offset://h:1/" + RELAY + "/|PEERKEY",
                "offset://h/" + RELAY + "|names no port",
                "offset://h:/" + RELAY + "|there is no port",
                "offset://h:http/" + RELAY + "|there is no port",
                "offset://h:0/" + RELAY + "|1 to 65535, not 0",
                "offset://h:65536/" + RELAY + "|1 to 65535, not 65536",
                "offset://h:999999/" + RELAY + "|there is no port",
                "offset://2001:db8::1:80/" + RELAY + "|without brackets",
                "offset://[2001:db8::g]:80/" + RELAY + "|no IPv6 address",
                "offset://[h]:80/" + RELAY + "|no IPv6 address",
                "offset://:80/" + RELAY + "|the host is missing",
                "offset://a b:80/" + RELAY + "|character 2 is U+0020",
                "offset://a?b:80/" + RELAY + "|no '?' and no '#'",
                "offset://h..i:80/" + RELAY + "|between the dots",
                "offset://user@h:80/" + RELAY + "|no user and no password",
            })
    void aMalformedAddressIsRefusedWithWhatIsWrong(String text, String wrong) {
        assertThatThrownBy(() -> OffsetAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(wrong);
    }

    @ParameterizedTest
    @ValueSource(ints = {252, 251})
    void anAddressHas256BytesAtMost(int host) {
        String name = "h".repeat(host);
        if (host + ":9999".length() > 256) {
            assertThatThrownBy(() -> new RelayAddress(RELAY_KEY, name, 9999))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("256 bytes at most, not 257");
        } else {
            assertThat(new RelayAddress(RELAY_KEY, name, 9999).hostAndPort()).hasSize(256);
        }
    }
}
