package dev.posthouse.net.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkBlocksTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,10.255.255.255,true",
        "10.0.0.0/8,11.0.0.0,false",
        "10.0.0.0/8,::ffff:10.1.2.3,true",
        "192.168.1.128/25,192.168.1.128,true",
        "192.168.1.128/25,192.168.1.127,false",
        "0.0.0.0/0,255.255.255.255,true",
        "0.0.0.0/0,::1,false",
        "::/0,2001:db8::1,true",
        "::/0,10.0.0.1,false",
        "::1/128,::1,true",
        "::1,::2,false",
        "fe80::/10,febf::1%eth0,true",
        "fe80::/10,fec0::1,false",
        "10.0.0.1,10.0.0.1,true",
        "10.0.0.1,10.0.0.2,false",
    })
    void aNetworkContainsTheAddressesWithItsPrefix(String block, String address, boolean contained) {
        assertThat(NetworkBlock.parse(block).contains(IpAddress.parse(address))).isEqualTo(contained);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.0/8 | 10.0.0.0/8 | true",
                "10.0.0.0/8 | 10.1.0.0/16 | true",
                "10.0.0.0/9, 10.128.0.0/9 | 10.0.0.0/8 | true",
                "10.128.0.0/9, 10.0.0.0/10, 10.64.0.0/10 | 10.0.0.0/8 | true",
                "10.0.0.0/9, 10.128.0.0/10 | 10.0.0.0/8 | false",
                "0.0.0.0/1, 128.0.0.0/1 | 0.0.0.0/0 | true",
                "::/1, 8000::/1 | ::/0 | true",
                "::/1, 8000::/1 | 0.0.0.0/0 | false",
                "192.0.2.0, 192.0.2.1 | 192.0.2.0/31 | true",
                "192.0.2.0 | 192.0.2.0/31 | false",
                "2001:db8::, 2001:db8::1 | 2001:db8::/127 | true",
                "10.0.0.1 | 10.0.0.1 | true",
            })
    void networksCoverWhatLiesInThemTogether(String blocks, String network, boolean covered) {
        assertThat(NetworkBlocks.parse(List.of(blocks.split(", "))).covers(NetworkBlock.parse(network)))
                .isEqualTo(covered);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1/8,10.0.0.0/8",
        "10.0.0.0/33,0 to 32",
        "::/129,0 to 128",
        "10.0.0.0/,10.0.0.0/8",
        "10.0.0.0/-1,10.0.0.0/8",
        "10.0.0.0/8/8,10.0.0.0/8",
        "10.0.0/8,four numbers",
        "::ffff:10.0.0.0/104,10.0.0.0",
        "fe80::1%eth0/64,eth0",
        "fe80::%eth0,no zone",
        "example.com/8,not an IP address",
    })
    void aMalformedNetworkIsRefusedWithWhatWouldBeRight(String text, String hint) {
        assertThatThrownBy(() -> NetworkBlock.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(hint);
    }

    @Test
    void aListContainsWhatOneOfItsNetworksContains() throws Exception {
        NetworkBlocks blocks = NetworkBlocks.parse(List.of("10.0.0.0/8", "::1"));

        assertThat(blocks.contains(IpAddress.parse("10.1.1.1").toInetAddress())).isTrue();
        assertThat(blocks.contains(IpAddress.parse("::1").toInetAddress())).isTrue();
        assertThat(blocks.contains(IpAddress.parse("11.1.1.1").toInetAddress())).isFalse();
        assertThat(blocks).hasToString("10.0.0.0/8, ::1/128");
        assertThat(NetworkBlocks.NONE.isEmpty()).isTrue();
    }
}
