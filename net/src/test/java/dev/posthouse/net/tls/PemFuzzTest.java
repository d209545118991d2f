package dev.posthouse.net.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.posthouse.testkit.TestCertificates;
import java.util.ArrayList;
import java.util.List;

/**
 * For any file: blocks, keys and certificates, or a CertificateFileException, and nothing else; what we write of the
 * blocks we read as the same.
 */
class PemFuzzTest {

    @FuzzTest(maxDuration = "150s")
    void files(byte[] data) throws CertificateFileException {
        List<PemBlock> blocks;
        try {
            blocks = PemBlock.parse(data, "a file");
        } catch (CertificateFileException e) {
            return;
        }
        StringBuilder written = new StringBuilder();
        blocks.forEach(block -> written.append(TestCertificates.pem(block.label(), block.content())));
        assertThat(show(PemBlock.parse(written.toString().getBytes(ISO_8859_1), "a file")))
                .isEqualTo(show(blocks));
        try {
            PrivateKeys.only(blocks, "a file");
        } catch (CertificateFileException e) {
            assertThat(e.getMessage()).contains("a file");
        }
        try {
            PemFiles.certificates(blocks, "a file");
        } catch (CertificateFileException e) {
            assertThat(e.getMessage()).contains("a file");
        }
    }

    private static List<String> show(List<PemBlock> blocks) {
        List<String> shown = new ArrayList<>();
        blocks.forEach(block -> shown.add(block.label() + " " + new String(block.content(), ISO_8859_1)));
        return shown;
    }
}
