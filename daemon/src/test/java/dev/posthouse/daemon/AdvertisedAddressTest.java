package dev.posthouse.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(LeakCheck.class)
class AdvertisedAddressTest {

    private static InetSocketAddress at(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), 8080);
    }

    @ParameterizedTest
    @CsvSource({
        "relay.example, relay.example:8080",
        "2001:db8::1, [2001:db8::1]:8080",
        "'', 127.0.0.1:8080",
    })
    void whatTheOperatorSaysComesFirst(String host, String expected) {
        assertThat(AdvertisedAddress.of(host, at("127.0.0.1"))).containsExactly(expected);
    }

    @Test
    void allInterfacesAreAddressesThatOthersCanUse() throws SocketException {
        assumeThat(NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress()))
                .isNotEmpty();

        assertThat(AdvertisedAddress.of("", at("::")))
                .isNotEmpty()
                .allMatch(address -> address.endsWith(":8080"))
                .noneMatch(address -> address.startsWith("localhost")
                        || address.startsWith("127.")
                        || address.startsWith("0.0.0.0")
                        || address.startsWith("[::"));
    }

    @ParameterizedTest
    @CsvSource({
        "Cannot assign requested address, no interface of this host has that address",
        "Address already in use, another process listens there",
        "Permission denied, CAP_NET_BIND_SERVICE",
        "Something else, Something else",
    })
    void aFailureToListenSaysWhatWouldHelp(String system, String words) {
        assertThat(BindFailure.words(new BindException(system))).contains(words).contains(system);
        assertThat(BindFailure.words(new IOException())).isEqualTo("IOException");
    }
}
