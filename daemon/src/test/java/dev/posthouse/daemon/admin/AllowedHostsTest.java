package dev.posthouse.daemon.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.testkit.LeakCheck;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class AllowedHostsTest {

    private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.7");

    private final AllowedHosts hosts = AllowedHosts.of(List.of("Relay.Example", "2001:db8::7"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST.",
                "localhost:9464",
                "127.0.0.1",
                "127.8.9.1:80",
                "[::1]",
                "[::1]:9464",
                "[::ffff:127.0.0.1]:9464",
                "192.0.2.7",
                "192.0.2.7:1",
                "relay.example",
                "RELAY.example.:443",
                "[2001:db8::7]",
                "[2001:DB8:0::7]:9464"
            })
    void ownNamesAndAddressesMayBeAskedFor(String host) {
        assertThat(hosts.allow(host, HERE)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":9464",
                "evil.example",
                "evil.example:9464",
                "localhost.evil.example",
                "evil.localhost",
                "127.0.0.1.evil.example",
                "relay.example.evil.example",
                "xrelay.example",
                "192.0.2.8",
                "0.0.0.0",
                "[::]",
                "[2001:db8::8]",
                "2130706433",
                "0x7f000001",
                "127.1",
                "localhost:x",
                "user@localhost",
                "localhost, evil.example",
                "[::1"
            })
    void nothingElseMayBeAskedFor(String host) {
        assertThat(hosts.allow(host, HERE)).isFalse();
    }
}
