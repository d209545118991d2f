package dev.posthouse.net.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    void aListIsTheSameOnOneLineOrSeveral() {
        Headers lines = Headers.builder()
                .add("Connection", "keep-alive")
                .add("Host", "a, b")
                .add("connection", " , Upgrade ,,close,")
                .build();

        assertThat(lines.list("Connection")).containsExactly("keep-alive", "Upgrade", "close");
        assertThat(lines.lists("CONNECTION", "upgrade")).isTrue();
        assertThat(lines.lists("Connection", "keep")).isFalse();
        assertThat(lines.list("Missing")).isEmpty();
    }

    @Test
    void aCommaInAQuotedStringCutsNothing() {
        Headers lines = Headers.builder()
                .add("Forwarded", "for=\"a,\\\",b\", for=c")
                .add("Forwarded", "for=\"not closed, for=d")
                .add("Forwarded", "for=e")
                .build();

        assertThat(lines.list("Forwarded"))
                .containsExactly("for=\"a,\\\",b\"", "for=c", "for=\"not closed, for=d", "for=e");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '>',
            value = {
                "plain > plain",
                "\"quoted\" > quoted",
                "\"a\\\"b\\\\c\" > a\"b\\c",
                "\"\" > ``",
                "\" > \"",
                "\"open > \"open",
            })
    void aQuotedStringSaysWhatItHolds(String value, String text) {
        assertThat(QuotedText.unquote(value)).isEqualTo(text);
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
    void colonsAndBlanksBelongToTheValue() {
        Headers odd = Headers.builder()
                .add("a", ": b: c : ")
                .add("b", "")
                .add("c", " \t\u00fc")
                .build();

        assertThat(odd.first("a")).contains(": b: c : ");
        assertThat(odd.first("b")).contains("");
        assertThat(odd.first("c")).contains(" \t\u00fc");
        assertThat(odd.first("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\nb", "secret\r\nEvil: 1", "\0", "\u007f", "\u0100", "\u20ac"})
    void aValueThatIsNoneIsRefusedByTheNameOfItsHeaderAndNotShown(String value) {
        Headers.Builder builder = Headers.builder();

        assertThatThrownBy(() -> builder.add("Authorization", value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("header Authorization: a value is ISO-8859-1 without controls");
        assertThat(builder.build()).isEqualTo(Headers.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:", "a\r\nEvil", "a\n", "\0", "na\u00efve", "a\u2028b"})
    void aNameThatIsNoneIsRefusedAndShownInPrintableCharacters(String name) {
        assertThatThrownBy(() -> Headers.builder().add(name, "hidden"))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .matches("header name \"[ -~]*\": a name is a token")
                .doesNotContain("hidden");
    }

    @Test
    void onlyNamesAreShown() {
        assertThat(headers).hasToString("[Via, Host, VIA]");
    }
}
