package dev.posthouse.net.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OwnAddressesTest {

    /** A host with a private IPv4 address for everything but loopback, and a public IPv6 one. */
    private static final Map<String, String> ROUTES = Map.of(
            "1.1.1.1", "192.168.1.16",
            "192.168.0.1", "192.168.1.16",
            "127.0.0.1", "127.0.0.1",
            "2400::1", "2001:db8::16",
            "fe80::1", "fe80::16%7");

    private static Optional<InetAddress> route(InetSocketAddress remote) {
        return Optional.ofNullable(ROUTES.get(IpAddress.of(remote.getAddress()).toString()))
                .map(OwnAddressesTest::scoped);
    }

    private static InetAddress scoped(String text) {
        return InetAddress.ofLiteral(text);
    }

    @Test
    void offersEachAddressOfAnEnabledClassOnceSortedAndWithoutZone() {
        OwnAddresses all = OwnAddresses.probe(AddressSpaces.ALL, OwnAddressesTest::route);

        assertThat(AddressPort.formatList(all.candidates(99)))
                .isEqualTo("127.0.0.1:99, 192.168.1.16:99, [2001:db8::16]:99, [fe80::16]:99");
    }

    @Test
    void anAddressWhoseOwnClassIsNotEnabledIsNotOffered() {
        OwnAddresses publicOnly = OwnAddresses.probe(AddressSpaces.PUBLIC, OwnAddressesTest::route);

        assertThat(AddressPort.formatList(publicOnly.candidates(1))).isEqualTo("[2001:db8::16]:1");
        assertThat(publicOnly.sources().get(AddressSpace.PUBLIC4)).hasToString("192.168.1.16");
    }

    @Test
    void probesOnlyTheEnabledClassesEachAtAnAddressOfItsOwn() {
        List<AddressSpace> asked = new ArrayList<>();

        OwnAddresses.probe(AddressSpaces.DEFAULT, remote -> {
            asked.add(AddressSpace.of(remote.getAddress()));
            return Optional.empty();
        });

        assertThat(asked)
                .containsExactlyInAnyOrder(
                        AddressSpace.PUBLIC4, AddressSpace.PUBLIC6, AddressSpace.PRIVATE4, AddressSpace.PRIVATE6);
        assertThat(OwnAddresses.probe(AddressSpaces.NONE, OwnAddressesTest::route)
                        .candidates(1))
                .isEmpty();
    }

    @Test
    void theSystemKnowsItsLoopbackAddress() {
        var spaces = AddressSpaces.of(AddressSpace.LOOPBACK4);

        assertThat(AddressPort.formatList(
                        OwnAddresses.probe(spaces, SourceProbe.udp()).candidates(5)))
                .isEqualTo("127.0.0.1:5");
    }
}
