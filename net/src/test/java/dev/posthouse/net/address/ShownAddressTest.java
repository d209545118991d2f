package dev.posthouse.net.address;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of an address reaches a screen, a log or a program's error. */
class ShownAddressTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://h | http://h",
                "https://h:8443/a/b | https://h:8443/a/b",
                "http://my_relay:8080/ | http://my_relay:8080/",
                "http://[fe80::1%25eth0]:80/p | http://[fe80::1%eth0]:80/p",
                "http://bob:S3cret@h:80/p | http://h:80/p",
                "http://S3cret@h | http://h",
                "offset://bob:S3cret@h:1/KEY | offset://h:1/KEY",
                "http://h/p?key=S3cret | http://h/p",
                "http://h?S3cret | http://h",
                "http://h/p#S3cret | http://h/p",
                "http://bob:S3/cret@h/p | http://…",
                "http://bob:S3?cret@h/p | http://…",
                "http://bob:S3#cret@h/p | http://…",
                "http://bob:1/S3cret@h/p | http://…",
                "http://b b:S3cret@h | http://h",
                "http://bob:S3cret | http://…",
                "http:// | http://…",
                "bob:S3cret@h | …",
                "S3cret | …",
                "S3 cret://h | …",
            })
    void onlySchemeHostPortAndPathAreShown(String text, String shown) {
        assertThat(ShownAddress.of(text)).isEqualTo(shown);
    }

    @Test
    void controlsOfAPathDoNotReachATerminal() {
        assertThat(ShownAddress.of("http://h/\u001b[31m\n")).isEqualTo("http://h/?[31m?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Unmatched argument at index 2: 'http://bob:S3cret@h/p' | Unmatched argument at index 2: 'http://h/p'",
                "not \"https://h/?k=S3cret\": wrong | not \"https://h/\": wrong",
                "give bob:S3cret@h:80 | give …@h:80",
                "write http://HOST[:PORT][/PATH] or https://HOST[:PORT][/PATH] | write http://HOST[:PORT][/PATH] or"
                        + " https://HOST[:PORT][/PATH]",
                "two: http://a:S3cret@h https://b:S3cret@i | two: http://h https://i",
                "[::1]:80 and 127.0.0.1:8080 | [::1]:80 and 127.0.0.1:8080",
                "give TOKEN, @FILE, - for standard input | give TOKEN, @FILE, - for standard input",
            })
    void addressesInATextAreFound(String text, String shown) {
        assertThat(ShownAddress.in(text)).isEqualTo(shown);
    }
}
