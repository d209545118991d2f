package dev.posthouse.relay.accept.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.http.Headers;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.ConnectionPermit;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who asks, as trusted proxies say it. The proxy of every test is 10.0.0.1, and 10.0.0.0/8 is trusted. */
class ForwardedTest {

    private static final InetSocketAddress PROXY = at("10.0.0.1", 40_000);

    private final List<RelayEvent> events = new ArrayList<>();

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static Inbound leg(InetSocketAddress remote) {
        return new Inbound(
                MemoryPair.create().left(),
                remote,
                Optional.of(remote),
                ConnectionPermit.uncounted(),
                Duration.ofSeconds(10));
    }

    private static Forwarded byDefault() {
        return new Forwarded(NetworkBlocks.parse(List.of("10.0.0.0/8")), Forwarded.X_FORWARDED_FOR, "");
    }

    private static Forwarded rfc7239() {
        return new Forwarded(NetworkBlocks.parse(List.of("10.0.0.0/8")), Forwarded.FORWARDED, "");
    }

    /** Lines as {@code Name: value}, separated by a vertical bar. */
    private static Headers headers(String lines) {
        Headers.Builder builder = Headers.builder();
        for (String line : lines.split("\\|", -1)) {
            int colon = line.indexOf(':');
            builder.add(
                    line.substring(0, colon).strip(), line.substring(colon + 1).strip());
        }
        return builder.build();
    }

    private static String shown(Inbound leg) {
        return leg.party().address().getHostAddress()
                + leg.observed().map(address -> " port " + address.getPort()).orElse("");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "203.0.113.7 > 203.0.113.7",
                "203.0.113.7:51234 > 203.0.113.7 port 51234",
                "\"203.0.113.7\" > 203.0.113.7",
                "\"203.0.113.7:51234\" > 203.0.113.7 port 51234",
                "2001:db8::7 > 2001:db8:0:0:0:0:0:7",
                "[2001:db8::7] > 2001:db8:0:0:0:0:0:7",
                "[2001:db8::7]:443 > 2001:db8:0:0:0:0:0:7 port 443",
                "\"[2001:db8::7]:443\" > 2001:db8:0:0:0:0:0:7 port 443",
                "fe80::7%eth0 > fe80:0:0:0:0:0:0:7",
                "[fe80::7%25eth0]:9 > fe80:0:0:0:0:0:0:7 port 9",
                "::ffff:203.0.113.7 > 203.0.113.7",
                "[::ffff:203.0.113.7]:9 > 203.0.113.7 port 9",
                "198.51.100.9, 203.0.113.7 > 203.0.113.7",
                "198.51.100.9,203.0.113.7:5,, > 203.0.113.7 port 5",
                "198.51.100.9 | X-Forwarded-For: 203.0.113.7 > 203.0.113.7",
                "203.0.113.7:5, 10.0.0.2 > 203.0.113.7 port 5",
                "203.0.113.7 | x-forwarded-for: 10.0.0.2:77, 10.0.0.3 > 203.0.113.7",
                "unknown, nonsense, 203.0.113.7 > 203.0.113.7",
                "10.0.0.9:4, 10.0.0.2 > 10.0.0.9 port 4",
                "203.0.113.7:_hidden > 203.0.113.7",
            })
    void aPeerIsReadInEveryFormThatProxiesSend(String value, String expected) throws Exception {
        Inbound seen = byDefault().apply(leg(PROXY), headers("X-Forwarded-For: " + value), events::add);

        assertThat(shown(seen)).isEqualTo(expected);
        assertThat(events).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "for=192.0.2.43 > 192.0.2.43",
                "FOR = \"192.0.2.43:47011\" > 192.0.2.43 port 47011",
                "For=\"[2001:db8:cafe::17]:4711\";proto=http, for=192.0.2.43 > 192.0.2.43",
                "for=192.0.2.43, for=\"[2001:db8:cafe::17]:4711\";proto=http;by=203.0.113.43 > 2001:db8:cafe:0:0:0:0:17 port 4711",
                "proto=http;by=\"a,b;for=1.1.1.1\";for=192.0.2.43 > 192.0.2.43",
                "by=\"\\\"\";for=\"192.0.2\\.43\" > 192.0.2.43",
                "for=192.0.2.43 | Forwarded: for=10.0.0.7 > 192.0.2.43",
                "for=unknown, for=192.0.2.43 > 192.0.2.43",
            })
    void aPeerIsReadFromForwardedWhereThatIsTheHeader(String value, String expected) throws Exception {
        Inbound seen = rfc7239().apply(leg(PROXY), headers("Forwarded: " + value), events::add);

        assertThat(shown(seen)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "203.0.113.7, unknown",
                "unknown",
                "_hidden",
                "203.0.113.7, unknown, 10.0.0.2",
                "nonsense",
                "203.0.113.256",
                "203.0.113.7:0",
                "203.0.113.7:65536",
                "203.0.113.7:",
                "203.0.113.7:x",
                "[203.0.113.7]:9",
                "[2001:db8::7",
                "[2001:db8::7]443",
                "\"203.0.113.7",
                "\"203.0.113.7, 198.51.100.9",
            })
    void whoCannotBeReadDoesNotPassAsTheProxy(String value) {
        assertThatThrownBy(() -> byDefault().apply(leg(PROXY), headers("X-Forwarded-For: " + value), events::add))
                .isInstanceOfSatisfying(Forwarded.Unreadable.class, e -> assertThat(e.explanation())
                        .contains("X-Forwarded-For")
                        .contains("203.0.113.7:51234")
                        .contains("[2001:db8::7]:443"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "for=unknown",
                "for=_secret",
                "proto=https",
                "for=192.0.2.43;for=192.0.2.44",
                "for=192.0.2.43, proto=https",
                "192.0.2.43",
                "for=2001:db8::7 x",
            })
    void whoCannotBeReadFromForwardedDoesNotPassAsTheProxy(String value) {
        assertThatThrownBy(() -> rfc7239().apply(leg(PROXY), headers("Forwarded: " + value), events::add))
                .isInstanceOfSatisfying(
                        Forwarded.Unreadable.class,
                        e -> assertThat(e.explanation()).contains("Forwarded").contains("for=203.0.113.7"));
    }

    @Test
    void withoutTheHeaderItIsTheProxyItself() throws Exception {
        assertThat(shown(byDefault().apply(leg(PROXY), headers("Host: a"), events::add)))
                .isEqualTo("10.0.0.1");
        assertThat(shown(byDefault().apply(leg(PROXY), headers("X-Forwarded-For: , "), events::add)))
                .isEqualTo("10.0.0.1");
    }

    @Test
    void whatStrangersSayIsNotBelieved() throws Exception {
        Inbound stranger = leg(at("198.51.100.1", 5));

        assertThat(byDefault().apply(stranger, headers("X-Forwarded-For: 203.0.113.7"), events::add))
                .isSameAs(stranger);
        assertThat(byDefault().apply(stranger, headers("X-Forwarded-For: unknown"), events::add))
                .isSameAs(stranger);
    }

    @Test
    void thePortOfAProxyIsNotThePeers() throws Exception {
        Forwarded forwarded = byDefault();
        Headers headers = headers("X-Forwarded-For: 203.0.113.7|X-Forwarded-Port: 443");

        assertThat(shown(forwarded.apply(leg(PROXY), headers, events::add))).isEqualTo("203.0.113.7");
        assertThat(shown(forwarded.apply(leg(PROXY), headers, events::add))).isEqualTo("203.0.113.7");

        assertThat(events).as("said once").singleElement().isInstanceOfSatisfying(RelayEvent.Advice.class, advice -> {
            assertThat(advice.text()).contains("X-Forwarded-Port").contains("forwarded.port-header");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "X-Forwarded-For: 203.0.113.7|peer-PORT: 51234 > 203.0.113.7 port 51234",
                "X-Forwarded-For: 203.0.113.7:7|Peer-Port: 51234 > 203.0.113.7 port 7",
                "X-Forwarded-For: 203.0.113.7|Peer-Port: 0 > 203.0.113.7",
                "X-Forwarded-For: 203.0.113.7|Peer-Port: 1|Peer-Port: 2 > 203.0.113.7",
                "X-Forwarded-For: 203.0.113.7|Peer-Port: 1, 2 > 203.0.113.7",
                // The nearest proxy saw another proxy, and it is that one's port that it tells.
                "X-Forwarded-For: 203.0.113.7, 10.0.0.2|Peer-Port: 51234 > 203.0.113.7",
            })
    void thePortIsThatOfTheHeaderThatTheOperatorNames(String lines, String expected) throws Exception {
        var forwarded =
                new Forwarded(NetworkBlocks.parse(List.of("10.0.0.0/8")), Forwarded.X_FORWARDED_FOR, "Peer-Port");

        assertThat(shown(forwarded.apply(leg(PROXY), headers(lines), events::add)))
                .isEqualTo(expected);
    }

    @Test
    void ofTwoHeadersTheOneThatWasNamedCounts() throws Exception {
        Headers both = headers("X-Forwarded-For: 203.0.113.7|Forwarded: for=198.51.100.9");

        assertThat(shown(byDefault().apply(leg(PROXY), both, events::add))).isEqualTo("203.0.113.7");
        assertThat(shown(rfc7239().apply(leg(PROXY), both, events::add))).isEqualTo("198.51.100.9");
        assertThat(events).isEmpty();
    }

    @Test
    void anOperatorIsToldThatTheProxySetsTheOtherHeader() throws Exception {
        Inbound seen = byDefault().apply(leg(PROXY), headers("Forwarded: for=198.51.100.9"), events::add);

        assertThat(shown(seen)).isEqualTo("10.0.0.1");
        assertThat(events).singleElement().isInstanceOfSatisfying(RelayEvent.Advice.class, advice -> assertThat(
                        advice.text())
                .contains("forwarded.header"));
    }
}
