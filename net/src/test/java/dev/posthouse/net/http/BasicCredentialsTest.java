package dev.posthouse.net.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BasicCredentialsTest {

    @ParameterizedTest
    @CsvSource({
        "Aladdin:open%20sesame, Aladdin:open sesame",
        "bob, bob:",
        "bob:, bob:",
        ":secret, :secret",
        "bob:a:b, bob:a:b",
        "bob:p%40ss%2F%3F%25, bob:p@ss/?%",
        "b%C3%BCb:p, b\u00fcb:p",
        "b\u00fcb:p, b\u00fcb:p",
    })
    void theyAreDecodedAndSentInUtf8(String userInfo, String sent) {
        String value = BasicCredentials.parse(userInfo).headerValue();
        assertThat(value).startsWith("Basic ");
        assertThat(new String(Base64.getDecoder().decode(value.substring(6)), StandardCharsets.UTF_8))
                .isEqualTo(sent);
    }

    /** RFC 7617 section 2. */
    @Test
    void theStandardsExampleComesOut() {
        assertThat(BasicCredentials.parse("Aladdin:open%20sesame").headerValue())
                .isEqualTo("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bob:S3cret%", "bob:S3cret%4", "bob:S3cret%zz", "bob:S3cret%FF", "b%3Ab:S3cret", "bob:S3cret%0A"
            })
    void whatCannotBeSentIsRefusedAndNotRepeated(String userInfo) {
        assertThatThrownBy(() -> BasicCredentials.parse(userInfo))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .message()
                .doesNotContain("S3cret", "bob");
    }

    @Test
    void nothingShowsThem() {
        BasicCredentials one = BasicCredentials.parse("bob:S3cret");
        assertThat(one.toString()).doesNotContain("S3cret", "bob");
        assertThat(one)
                .isEqualTo(BasicCredentials.parse("bob:S3cret"))
                .isNotEqualTo(BasicCredentials.parse("bob:other"));
    }
}
