package dev.posthouse.net.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPortTest {

    record Row(String text, boolean right, String canonical) {}

    static List<Row> recordedRows() {
        return Vectors.rows("addrport-syntax.json").stream()
                .map(row -> new Row(row.text("Text"), Boolean.parseBoolean(row.text("OK")), row.text("Canonical")))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("recordedRows")
    void readsAListAsTheOriginalDoes(Row row) {
        if (row.right()) {
            assertThat(AddressPort.formatList(AddressPort.parseList(row.text())))
                    .isEqualTo(row.canonical());
        } else {
            assertThatThrownBy(() -> AddressPort.parseList(row.text())).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void theRecordedFileIsReadWhole() {
        assertThat(recordedRows()).hasSize(44);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[1:2:3:4:5:6:7::8]:1", // the gap must stand for something
                "[1::2::3]:1",
                "[1:2:3:4:5:6:7]:1",
                "[12345::]:1",
                "[1:2:3:4:5:6:7:1.2.3.4]:1",
                "[::1.2.3]:1",
                "[1:]:1",
                "[:1]:1",
                "[]:1",
                "[::1:1",
                "::1]:1",
                "1.2.3.4%eth0:1",
                "1.2.3.4.5:1",
                "1..3.4:1",
                "0x1.2.3.4:1",
                "00.0.0.0:1",
                "1.2.3.4:\u0661", // a digit, but not an ASCII one
                "[\u0661::]:1",
                "1.2.3.4 :1",
                "localhost:1",
            })
    void refusesWhatIsNoAddressWithAPort(String text) {
        assertThatThrownBy(() -> AddressPort.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text)
                .hasMessageContaining("192.0.2.1:80");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[::]:1", "[1::]:1", "[0:1::]:1", "[1:0:0:2::]:1", "[::1:0:0:2:0:0]:1", "[1:2:3:4:5:6:7:8]:1"})
    void writesIpv6InItsShortestForm(String text) {
        AddressPort parsed = AddressPort.parse(text);

        assertThat(AddressPort.parse(parsed.toString())).isEqualTo(parsed);
        assertThat(parsed.toSocketAddress().getAddress().getAddress())
                .isEqualTo(parsed.address().bytes());
    }

    @Test
    void theFirstOfTwoEquallyLongGapsIsShortened() {
        assertThat(AddressPort.parse("[1:0:0:2:3:0:0:4]:1")).hasToString("[1::2:3:0:0:4]:1");
    }

    @Test
    void canonicalOrderIsIpv4BeforeIpv6ThenByNumberThenByPort() {
        List<AddressPort> list = AddressPort.parseList(
                "[::1]:1, 200.0.0.1:1, 9.0.0.1:2, 9.0.0.1:1, [::ffff:1.2.3.4]:1, 9.0.0.1:02, [fe80::1%b]:1, [fe80::1%a]:1");

        assertThat(AddressPort.formatList(AddressPort.canonical(list)))
                .isEqualTo(
                        "9.0.0.1:1, 9.0.0.1:2, 200.0.0.1:1, [::1]:1, [::ffff:1.2.3.4]:1, [fe80::1%a]:1, [fe80::1%b]:1");
    }

    @Test
    void aSocketAddressIsUnmappedAndHasNoZone() {
        assertThat(AddressPort.parse("[::ffff:127.0.0.1%eth0]:7").toSocketAddress())
                .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 7));
        assertThat(AddressPort.of(new InetSocketAddress(InetAddress.ofLiteral("::1"), 7)))
                .hasToString("[::1]:7");
    }

    @Test
    void aPortOutOfRangeIsRefused() {
        assertThatThrownBy(() -> new AddressPort(IpAddress.parse("1.2.3.4"), 65_536))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 to 65535");
    }
}
