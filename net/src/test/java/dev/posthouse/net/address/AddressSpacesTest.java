package dev.posthouse.net.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressSpacesTest {

    record Row(String address, String space) {}

    static List<Row> recordedRows() {
        return Vectors.rows("addr-spaces.json").stream()
                .map(row -> new Row(row.text("Addr"), row.text("Space")))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("recordedRows")
    void classesAreTheOriginals(Row row) {
        // The one deviation that is meant: an IPv4-mapped address is of the class of the IPv4 address, not of its IPv6
        // twin.
        String expected = row.address().startsWith("::ffff:") ? row.space().replace('6', '4') : row.space();

        AddressSpace space = AddressSpace.of(IpAddress.parse(row.address()));

        assertThat(space.onWire().label()).isEqualTo(expected);
    }

    @Test
    void theRecordedFileIsReadWhole() {
        assertThat(recordedRows()).hasSize(51);
    }

    @ParameterizedTest
    @CsvSource({"100.63.255.255,public4", "100.64.0.0,cgnat4", "100.127.255.255,cgnat4", "100.128.0.0,public4"})
    void addressesBehindACarriersNatAreAClassOfTheirOwn(String address, String label) {
        AddressSpace space = AddressSpace.of(IpAddress.parse(address));

        assertThat(space.label()).isEqualTo(label);
        assertThat(space.onWire()).isEqualTo(AddressSpace.PUBLIC4);
        assertThat(AddressSpaces.PUBLIC.includes(space)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "default,10.0.0.1,true",
        "default,fd00::1,true",
        "default,8.8.8.8,true",
        "default,2003::1,true",
        "default,127.0.0.1,false",
        "default,fe80::1,false",
        "default,100.64.0.1,true",
        "public,10.0.0.1,false",
        "public,8.8.8.8,true",
        "public,::ffff:8.8.8.8,true",
        "all,127.0.0.1,true",
        "all,fe80::1,true",
        "all,224.0.0.1,false",
        "all,::,false",
        "none,8.8.8.8,false",
        "none,127.0.0.1,false",
    })
    void aSetIncludesTheAddressesOfItsClasses(String set, String address, boolean included) {
        AddressSpaces spaces = AddressSpaces.parse(set);

        assertThat(spaces.includes(IpAddress.parse(address))).isEqualTo(included);
        assertThat(spaces.includes(IpAddress.parse(address).toInetAddress())).isEqualTo(included);
        assertThat(spaces).hasToString(set);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Default", "any", " all"})
    void anUnknownNameIsRefusedWithTheKnownOnes(String name) {
        assertThatThrownBy(() -> AddressSpaces.parse(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("default, all, public or none");
    }

    @ParameterizedTest
    @EnumSource(AddressSpace.class)
    void aSetOfOneIncludesThatOneOnly(AddressSpace space) {
        if (space == AddressSpace.INVALID) {
            assertThatThrownBy(() -> AddressSpaces.of(space)).isInstanceOf(IllegalArgumentException.class);
            return;
        }
        AddressSpaces only = AddressSpaces.of(space);
        for (AddressSpace other : AddressSpace.values()) {
            assertThat(only.includes(other)).isEqualTo(other == space);
        }
        assertThat(only).hasToString(space.label()).isEqualTo(AddressSpaces.of(space));
    }
}
