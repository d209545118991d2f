package dev.posthouse.net.address;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;

class AddressPortFuzzTest {

    /** A peer's header is refused in one way only, and what is read is written so that it is read alike. */
    @FuzzTest(maxDuration = "10s")
    void anyTextIsRefusedOrReadAndWrittenAlike(byte[] data) {
        String text = new String(data, StandardCharsets.ISO_8859_1);
        List<AddressPort> list;
        try {
            list = AddressPort.parseList(text);
        } catch (IllegalArgumentException e) {
            return;
        }
        assertThat(AddressPort.parseList(AddressPort.formatList(list))).isEqualTo(list);
    }
}
