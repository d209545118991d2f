package dev.posthouse.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemFilesTest {

    @TempDir
    private static Path directory;

    private static TestCertificates certificates;
    private static TestCertificates.Issued issued;

    @BeforeAll
    static void makeCertificates() throws IOException {
        certificates = TestCertificates.in(directory);
        issued = certificates.issue("localhost");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "Ed25519"})
    void everyKindOfKeyIsTaken(String algorithm) throws IOException {
        TestCertificates.Issued other = certificates.issue("localhost", algorithm, List.of());

        assertThat(PemFiles.identity(other.chain(), other.key())).hasSize(1).hasOnlyElementsOfType(KeyManager.class);
    }

    @Test
    void anRsaKeyInPkcs1FormIsTaken() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        PrivateKey key = generator.generateKeyPair().getPrivate();
        byte[] pkcs8 = key.getEncoded();
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length); // what the envelope is around, for 2048 bits

        assertThat(only(TestCertificates.pem("RSA PRIVATE KEY", pkcs1))).isEqualTo(key);
    }

    @Test
    void anEcKeyInSec1FormIsTaken() throws Exception {
        ECPrivateKey key = (ECPrivateKey) ec().getPrivate();
        // SEQUENCE { INTEGER 1, OCTET STRING of 32, [0] { OID secp256r1 } }, RFC 5915
        ByteBuffer sec1 = ByteBuffer.allocate(51);
        sec1.put(HexFormat.of().parseHex("30310201010420"));
        sec1.put(fixed(key.getS(), 32));
        sec1.put(HexFormat.of().parseHex("a00a06082a8648ce3d030107"));

        String file = TestCertificates.pem("EC PARAMETERS", new byte[] {5, 0})
                + TestCertificates.pem("EC PRIVATE KEY", sec1.array());
        ECPrivateKey read = (ECPrivateKey) only(file);
        assertThat(read.getS()).isEqualTo(key.getS());
        assertThat(read.getParams().getOrder()).isEqualTo(key.getParams().getOrder());
    }

    @Test
    void anEcKeyThatDoesNotNameItsCurveIsRefusedWithTheWayOut() {
        byte[] sec1 = HexFormat.of().parseHex("30060201010401aa");

        assertThatThrownBy(() -> only(TestCertificates.pem("EC PRIVATE KEY", sec1)))
                .isInstanceOf(CertificateFileException.class)
                .hasMessageContaining("does not name its curve")
                .hasMessageContaining("openssl pkcs8");
    }

    @Test
    void textAroundTheBlocksAndForeignLineEndsAreTaken() throws Exception {
        PrivateKey key = ec().getPrivate();
        String pem = "Bag Attributes: <none>\n\n" + TestCertificates.pem("PRIVATE KEY", key.getEncoded()) + "trailer";

        assertThat(only(pem.replace("\n", "\r\n"))).isEqualTo(key);
        assertThat(only(pem.replace("\n", "  \n  "))).isEqualTo(key);
    }

    @Test
    void keysWithAPassphraseAreRefusedWithTheWayOut() {
        String old = """
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: x

                AAAA
                -----END RSA PRIVATE KEY-----
                """;

        assertThatThrownBy(() -> only(old))
                .isInstanceOf(CertificateFileException.class)
                .hasMessageContaining("passphrase");
        assertThatThrownBy(() -> only(TestCertificates.pem("ENCRYPTED PRIVATE KEY", new byte[9])))
                .isInstanceOf(CertificateFileException.class)
                .hasMessageContaining("passphrase")
                .hasMessageContaining("openssl pkey");
    }

    @Test
    void aFileMustHaveExactlyOneKey() throws Exception {
        String one = TestCertificates.pem("PRIVATE KEY", ec().getPrivate().getEncoded());

        assertThatThrownBy(() -> only("")).hasMessageContaining("a file has 0 private keys");
        assertThatThrownBy(() -> only(one + one)).hasMessageContaining("a file has 2 private keys");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-----BEGIN PRIVATE KEY-----\nAAAA", "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----"
            })
    void damagedBlocksAreRefused(String file) {
        assertThatThrownBy(() -> only(file))
                .isInstanceOf(CertificateFileException.class)
                .hasMessageContaining("PRIVATE KEY of a file");
    }

    @Test
    void aDamagedKeyAndADamagedCertificateAreNamed() throws IOException {
        assertThatThrownBy(() -> only(TestCertificates.pem("PRIVATE KEY", new byte[40])))
                .isInstanceOf(CertificateFileException.class)
                .hasMessageContaining("damaged");

        Path bad = directory.resolve("bad.pem");
        Files.writeString(bad, Files.readString(issued.chain()) + TestCertificates.pem("CERTIFICATE", new byte[40]));
        assertThatThrownBy(() -> PemFiles.authorities(bad))
                .isInstanceOf(CertificateFileException.class)
                .hasMessageContaining("certificate number 3 of " + bad);
    }

    @Test
    void missingFilesAndCertificatesAreNamed() {
        Path missing = directory.resolve("missing.pem");

        assertThatThrownBy(() -> PemFiles.identity(missing, issued.key()))
                .isInstanceOf(CertificateFileException.class)
                .hasMessage("there is no file " + missing);
        assertThatThrownBy(() -> PemFiles.identity(issued.key(), issued.key()))
                .isInstanceOf(CertificateFileException.class)
                .hasMessageContaining("has no certificate");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws IOException {
        TestCertificates.Issued other = certificates.issue("localhost");

        assertThatThrownBy(() -> PemFiles.identity(issued.chain(), other.key()))
                .isInstanceOf(CertificateFileException.class)
                .hasMessageContaining("does not belong");
    }

    private static PrivateKey only(String file) throws CertificateFileException {
        return PrivateKeys.only(PemBlock.parse(file.getBytes(US_ASCII), "a file"), "a file");
    }

    private static KeyPair ec() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static byte[] fixed(BigInteger value, int length) {
        byte[] bytes = value.toByteArray();
        byte[] result = new byte[length];
        int count = Math.min(bytes.length, length);
        System.arraycopy(bytes, bytes.length - count, result, length - count, count);
        return result;
    }
}
