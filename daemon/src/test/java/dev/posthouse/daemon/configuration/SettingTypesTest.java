package dev.posthouse.daemon.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.NetworkFailure;
import dev.posthouse.net.address.IpAddress;
import dev.posthouse.testkit.LeakCheck;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class SettingTypesTest {

    @ParameterizedTest
    @CsvSource({"500ms,500", "30s,30000", "2m,120000", "1h30m,5400000", "1d,86400000", "0s,0", "90m,5400000"})
    void durationsHaveUnits(String text, long millis) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
        assertThat(Durations.parse(Durations.format(Duration.ofMillis(millis)))).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "s", "-1s", "1.5s", "1 s", "1S", "1s ", "x1s", "367d", "999999999999d", "1sm"})
    void otherDurationsAreRefusedWithWhatIsRight(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("500ms, 30s")
                .hasMessageEndingWith("not \"" + text + "\"");
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,1",
        "1000,1000,1K",
        "1K,1000,1K",
        "1KB,1000,1K",
        "1KiB,1024,1KiB",
        "10M,10000000,10M",
        "64MiB,67108864,64MiB",
        "3G,3000000000,3G",
        "2TiB,2199023255552,2TiB",
        "1025,1025,1025"
    })
    void bytesHaveDecimalAndBinaryUnits(String text, long bytes, String printed) {
        assertThat(Bytes.parse(text, Long.MAX_VALUE)).isEqualTo(bytes);
        assertThat(Bytes.format(bytes)).isEqualTo(printed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "0K",
                "K",
                "1k",
                "1iB",
                "-1",
                "1.5M",
                "1 M",
                "9223372036854775808",
                "9223372036854775807K",
                "2K"
            })
    void otherBytesAreRefusedWithWhatIsRight(String text) {
        assertThatThrownBy(() -> Bytes.parse(text, 1_999))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("64MiB")
                .hasMessageContaining("at most 1999");
    }

    @Test
    void offMeansNoLimit() {
        for (SettingType<?> limit : List.of(
                SettingTypes.COUNT_OR_OFF,
                SettingTypes.RATE_OR_OFF,
                SettingTypes.BYTES_OR_OFF,
                SettingTypes.MEMORY,
                SettingTypes.SPAN_OR_OFF)) {
            for (String none : List.of("0", "0s", "0K", "0/s")) {
                assertThatThrownBy(() -> limit.reader().apply(none))
                        .as("who means none at all must not get no limit")
                        .hasMessageContaining("or off");
            }
        }
        assertThatThrownBy(() -> SettingTypes.countOrOff(2).reader().apply("1"))
                .hasMessageContaining("number from 2 to");
        assertThat(SettingTypes.countOrOff(2).reader().apply("2")).isEqualTo(2);
        assertThat(SettingTypes.COUNT_OR_OFF.reader().apply("off")).isZero();
        assertThat(SettingTypes.RATE_OR_OFF.reader().apply("off")).isZero();
        assertThat(SettingTypes.SPAN_OR_OFF.reader().apply("off")).isEqualTo(Duration.ZERO);
        assertThatThrownBy(() -> SettingTypes.SPAN.reader().apply("off")).hasMessageContaining("right is a time");
    }

    @ParameterizedTest
    @CsvSource({":8080,'',8080", "localhost:0,localhost,0", "[::1]:65535,::1,65535", "10.0.0.1:1,10.0.0.1,1"})
    void listenAddressesAreHostAndPort(String text, String host, int port) {
        assertThat(ListenAddress.parse(text))
                .isEqualTo(new ListenAddress(host, port))
                .hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "8080", "::1:80", "a:65536", "a:-1", "a:", "[::1]", "[]:1", "a b:1", "http://a:1"})
    void otherListenAddressesAreRefused(String text) {
        assertThatThrownBy(() -> ListenAddress.parse(text)).hasMessageContaining("right is HOST:PORT");
    }

    @Test
    void nameIsResolvedWithinALimit() {
        var address = ListenAddress.parse("relay.example:80");
        assertThatThrownBy(() -> address.resolve(
                        host -> {
                            try {
                                new CountDownLatch(1).await();
                                return List.of();
                            } catch (InterruptedException e) {
                                throw new InterruptedIOException();
                            }
                        },
                        Duration.ofMillis(50)))
                .isInstanceOf(NetworkFailure.class)
                .hasMessage("the name relay.example was not resolved within 50 ms");
        assertThatThrownBy(() -> address.resolve(host -> List.of(), Duration.ofSeconds(20)))
                .isInstanceOf(NetworkFailure.class)
                .hasMessage("the name relay.example has no address");
    }

    @Test
    void nameIsResolvedToItsFirstAddress() throws Exception {
        List<InetAddress> found = List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("::1"));
        assertThat(ListenAddress.parse("relay.example:80").resolve(host -> found, Duration.ofSeconds(20)))
                .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80));
        assertThat(ListenAddress.parse("[::1]:80").resolve(host -> List.of(), Duration.ofSeconds(20)))
                .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("::1"), 80));
    }

    @Test
    void noHostListensOnBothFamilies() throws Exception {
        InetSocketAddress where = ListenAddress.parse(":0").resolve();
        try (var listener = ServerSocketChannel.open()) {
            listener.bind(where);
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            try (var four = new Socket(IpAddress.parse("127.0.0.1").toInetAddress(), port)) {
                assertThat(four.isConnected()).isTrue();
            }
            if (hasIpv6Loopback()) {
                try (var six = new Socket(IpAddress.parse("::1").toInetAddress(), port)) {
                    assertThat(six.isConnected()).isTrue();
                }
            }
        }
    }

    private static boolean hasIpv6Loopback() {
        try (var probe = new ServerSocket(0, 1, IpAddress.parse("::1").toInetAddress())) {
            return probe.isBound();
        } catch (java.io.IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({"kitten,sitting,3", "'',abc,3", "abc,abc,0", "lobby,loby,1"})
    void editsAreCounted(String one, String other, int edits) {
        assertThat(NearestName.edits(one, other)).isEqualTo(edits);
        assertThat(NearestName.edits(other, one)).isEqualTo(edits);
    }
}
