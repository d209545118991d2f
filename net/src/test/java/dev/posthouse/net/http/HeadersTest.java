package dev.posthouse.net.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeadersTest {

    private final Headers headers = Headers.builder()
            .add("Via", "one")
            .add("Host", "a")
            .add("VIA", "two")
            .build();

    @Test
    void aNameIsFoundInAnyCase() {
        assertThat(headers.first("hOST")).contains("a");
        assertThat(headers.first("Missing")).isEmpty();
    }

    @Test
    void ofSeveralLinesTheFirstIsFirstAndAllAreInOrder() {
        assertThat(headers.first("via")).contains("one");
        assertThat(headers.all("via")).containsExactly("one", "two");
        assertThat(headers.all("missing")).isEmpty();
    }

    @Test
    void everyLineIsShownInOrderAsItWasWritten() {
        List<String> lines = new ArrayList<>();
        headers.forEach((name, value) -> lines.add(name + "=" + value));

        assertThat(lines).containsExactly("Via=one", "Host=a", "VIA=two");
    }

    @Test
    void equalityKnowsOrderAndValuesAndNoCaseOfNames() {
        Headers same = Headers.builder()
                .add("via", "one")
                .add("host", "a")
                .add("via", "two")
                .build();
        Headers otherOrder = Headers.builder()
                .add("Via", "two")
                .add("Host", "a")
                .add("VIA", "one")
                .build();
        Headers otherName = Headers.builder()
                .add("Via", "one")
                .add("Hosts", "a")
                .add("VIA", "two")
                .build();

        assertThat(headers).isEqualTo(same).hasSameHashCodeAs(same);
        assertThat(headers).isNotEqualTo(otherOrder).isNotEqualTo(otherName).isNotEqualTo(Headers.NONE);
    }

    @Test
    void whatABuilderGaveDoesNotChangeWithTheBuilder() {
        Headers.Builder builder = Headers.builder().add("a", "1");
        Headers built = builder.build();
        builder.add("a", "2");

        assertThat(built.all("a")).containsExactly("1");
    }

    @Test
    void onlyNamesAreShown() {
        assertThat(headers).hasToString("[Via, Host, VIA]");
    }
}
