package dev.posthouse.net.punch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.address.IpAddress;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.address.OwnNetworks;
import dev.posthouse.testkit.LeakCheck;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(LeakCheck.class)
class CandidatePolicyTest {

    private static final Set<InetSocketAddress> RELAYS = Set.of(at("203.0.113.2:8080"));
    private static final InetSocketAddress OWN = at("198.51.100.7:40000");

    /** Two interfaces, and loopback. */
    private static final OwnNetworks HOST = new OwnNetworks(
            NetworkBlocks.parse(List.of(
                    "192.168.1.0/24", "198.51.100.0/28", "fd00:1::/64", "fe80::/64", "169.254.0.0/16", "127.0.0.0/8")),
            Set.of(
                    IpAddress.parse("192.168.1.16").toInetAddress(),
                    IpAddress.parse("198.51.100.7").toInetAddress(),
                    IpAddress.parse("fd00:1::16").toInetAddress()));

    private static InetSocketAddress at(String text) {
        return AddressPort.parse(text).toSocketAddress();
    }

    private static String verdict(CandidatePolicy policy, String candidate) {
        return policy.judge(List.of(at(candidate)), RELAYS, OWN::equals, HOST)
                .getFirst()
                .refusal()
                .orElse("dialled");
    }

    @ParameterizedTest
    @CsvSource({
        "default,8.8.8.8:40000,dialled",
        "default,8.8.8.8:1024,dialled",
        "default,8.8.8.8:1023,privileged port",
        "default,8.8.8.8:22,privileged port",
        "default,8.8.8.8:443,dialled",
        "default,8.8.8.8:80,dialled",
        "default,100.64.1.1:443,dialled",
        "default,192.168.1.1:80,privileged port",
        "default,192.168.1.1:8080,dialled",
        "default,192.168.1.16:22,privileged port",
        "default,8.8.8.8:0,port 0",
        "default,127.0.0.1:40000,loopback4 addresses not enabled",
        "all,127.0.0.1:40000,dialled",
        "all,[::ffff:127.0.0.1]:40000,dialled",
        "public,10.0.0.1:40000,private4 addresses not enabled",
        "all,224.0.0.1:40000,no address of a host",
        "all,[ff0e:7264:7600::1]:40000,no address of a host",
        "all,0.0.0.0:40000,no address of a host",
        "none,8.8.8.8:40000,public4 addresses not enabled",
        "default,203.0.113.2:8080,own relay",
        "default,203.0.113.2:8081,dialled",
        "default,198.51.100.7:40000,own address",
        "default,198.51.100.7:40001,this host",
        "all,198.51.100.7:40001,dialled",
        "default,198.51.100.8:40001,dialled",
        // the networks of this host, and those behind its routers
        "default,192.168.1.17:40001,dialled",
        "default,192.168.1.16:40001,this host",
        "all,192.168.1.16:40001,dialled",
        "default,192.168.2.17:40001,private network of others",
        "all,192.168.2.17:40001,private network of others",
        "default,10.0.0.1:6379,private network of others",
        "default,172.17.0.2:6379,private network of others",
        "default,[fd00:1::17]:40001,dialled",
        "default,[fd00:1::16]:40001,this host",
        "default,[fd00:2::17]:40001,private network of others",
        "all,169.254.169.254:8080,dialled",
        "default,169.254.169.254:8080,link4 addresses not enabled",
        // what looks public
        "default,0.1.2.3:40000,no public address of a host",
        "default,240.0.0.1:40000,no public address of a host",
        "default,255.255.255.254:40000,no public address of a host",
        "default,255.255.255.255:40000,no address of a host",
        "default,192.0.0.8:40000,no public address of a host",
        "default,192.88.99.1:40000,no public address of a host",
        "default,[64:ff9b::a00:1]:40000,no public address of a host",
        "default,[64:ff9b:1::a00:1]:40000,no public address of a host",
        "default,[2002:a00:1::1]:40000,no public address of a host",
        "default,[2001:0:a00:1::1]:40000,no public address of a host",
        "default,[::7f00:1]:40000,no public address of a host",
        "all,[::7f00:1]:40000,no public address of a host",
        "default,[100::1]:40000,no public address of a host",
        "default,[fec0::1]:40000,no public address of a host",
        "default,[2001:db8::1]:40000,dialled",
        "default,[2600::1]:40000,dialled",
        // IPv4 written as IPv6 is judged as IPv4
        "default,[::ffff:127.0.0.1]:40000,loopback4 addresses not enabled",
        "default,[::ffff:10.0.0.1]:40000,private network of others",
        "default,[::ffff:192.168.1.17]:40000,dialled",
        "default,[::ffff:240.0.0.1]:40000,no public address of a host",
    })
    void saysForEachCandidateWhetherItIsDialledOrWhyNot(String spaces, String candidate, String verdict) {
        assertThat(verdict(CandidatePolicy.of(AddressSpaces.parse(spaces)), candidate))
                .isEqualTo(verdict);
    }

    @Test
    void privilegedPortsAreAnOption() {
        CandidatePolicy policy = CandidatePolicy.of(AddressSpaces.ALL).lowPorts(Set.of(22));

        assertThat(verdict(policy, "8.8.8.8:22")).isEqualTo("dialled");
        assertThat(verdict(policy, "8.8.8.8:443")).isEqualTo("privileged port");
    }

    @Test
    void aDeniedNetworkWinsOverAnAllowedOne() {
        CandidatePolicy policy = CandidatePolicy.of(AddressSpaces.ALL)
                .allowing(NetworkBlocks.parse(List.of("10.0.0.0/8")))
                .denying(NetworkBlocks.parse(List.of("10.1.0.0/16")));

        assertThat(verdict(policy, "10.2.0.1:4000")).isEqualTo("dialled");
        assertThat(verdict(policy, "10.1.0.1:4000")).isEqualTo("network denied");
        assertThat(verdict(policy, "8.8.8.8:4000")).isEqualTo("network not allowed");
    }

    @Test
    void noMoreThanTenAreDialledAndEachOnce() {
        List<InetSocketAddress> many = IntStream.range(0, 12)
                .mapToObj(i -> at("8.8.8.8:" + (4000 + Math.max(0, i - 1))))
                .toList();

        List<Optional<String>> refusals =
                CandidatePolicy.of(AddressSpaces.ALL).judge(many, Set.of(), a -> false, OwnNetworks.NONE).stream()
                        .map(CandidatePolicy.Verdict::refusal)
                        .toList();

        assertThat(refusals.get(0)).isEmpty();
        assertThat(refusals.get(1)).contains("named twice");
        assertThat(refusals.subList(2, 11)).allMatch(Optional::isEmpty);
        assertThat(refusals.get(11)).contains("more than 10 candidates");
    }

    @Test
    void aNameIsNotResolved() {
        var name = InetSocketAddress.createUnresolved("example.com", 4000);

        assertThat(CandidatePolicy.of(AddressSpaces.ALL)
                        .judge(List.of(name), Set.of(), a -> false, OwnNetworks.NONE)
                        .getFirst()
                        .refusal())
                .contains("a name without an address");
    }
}
