package dev.posthouse.offset.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.posthouse.crypto.Ed25519KeyPair;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** For any content: an identity whose own file reads as the same, or a MalformedKeyFile that names the file. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // one fuzzing run is one test
class IdentityFileFuzzTest {

    private static final Path FILE = Path.of("some.ident");

    @FuzzTest(maxDuration = "1m")
    void contents(byte[] content) throws MalformedKeyFile {
        Ed25519KeyPair identity;
        try {
            identity = PrivateKeyText.parse(content, FILE);
        } catch (MalformedKeyFile e) {
            assertThat(e.getMessage()).matches("some\\.ident: [ -~]{20,300}");
            assertThat(e.getCause()).isNull();
            return;
        }
        String written = PrivateKeyText.write(identity);
        assertThat(PrivateKeyText.parse(written.getBytes(UTF_8), FILE).seed()).isEqualTo(identity.seed());
    }
}
