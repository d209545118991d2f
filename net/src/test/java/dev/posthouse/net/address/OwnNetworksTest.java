package dev.posthouse.net.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OwnNetworksTest {

    @Test
    void everyAddressOfThisHostIsThisHostAndInOneOfItsNetworks() throws Exception {
        OwnNetworks own = OwnNetworks.ofHost();
        List<InetAddress> all = NetworkInterface.networkInterfaces()
                .filter(each -> {
                    try {
                        return each.isUp();
                    } catch (java.net.SocketException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .flatMap(NetworkInterface::inetAddresses)
                .toList();

        assertThat(all).isNotEmpty().allMatch(own::isThisHost).allMatch(own::contains);
        assertThat(own.contains(InetAddress.ofLiteral("127.9.9.9"))).isTrue();
        assertThat(own.contains(InetAddress.ofLiteral("8.8.8.8"))).isFalse();
        assertThat(own.isThisHost(InetAddress.ofLiteral("8.8.8.8"))).isFalse();
    }

    @Test
    void aNeighbourIsInTheNetworkAndNotThisHost() {
        var own = new OwnNetworks(
                NetworkBlocks.parse(List.of("10.1.2.0/23", "fd00::/64")), Set.of(InetAddress.ofLiteral("10.1.3.4")));

        assertThat(own.contains(InetAddress.ofLiteral("10.1.2.255"))).isTrue();
        assertThat(own.contains(InetAddress.ofLiteral("10.1.4.1"))).isFalse();
        assertThat(own.contains(InetAddress.ofLiteral("fd00::9"))).isTrue();
        assertThat(own.isThisHost(InetAddress.ofLiteral("10.1.3.4"))).isTrue();
        assertThat(own.isThisHost(InetAddress.ofLiteral("10.1.3.5"))).isFalse();
    }

    @Test
    void theNetworkAroundAnAddressHasNoBitBehindItsPrefix() {
        assertThat(NetworkBlock.around(IpAddress.parse("10.1.3.4"), 23)).hasToString("10.1.2.0/23");
        assertThat(NetworkBlock.around(IpAddress.parse("fe80::1%eth0"), 64)).hasToString("fe80::/64");
        assertThatThrownBy(() -> NetworkBlock.around(IpAddress.parse("10.1.3.4"), 33))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
