package dev.posthouse.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An authority of its own, and certificates that it issues, as PEM files in a directory. Made with the JDK's keytool at
 * test time: no key is ever in the tree. Not thread-safe.
 */
public final class TestCertificates {

    private static final String PASSWORD = "changeit";
    private static final String AUTHORITY = "authority";
    private static final int KEYTOOL_SECONDS = 60;

    private final Path directory;
    private final Path store;
    private int issued;

    /**
     * One certificate and its key.
     *
     * @param chain PEM: the certificate, then the authority's
     * @param key PEM: PKCS#8, not encrypted
     */
    public record Issued(Path chain, Path key) {}

    private TestCertificates(Path directory) {
        this.directory = directory;
        this.store = directory.resolve("store.p12");
    }

    /** Makes an authority whose files live in {@code directory}. */
    public static TestCertificates in(Path directory) throws IOException {
        TestCertificates certificates = new TestCertificates(directory);
        certificates.keytool(
                AUTHORITY, "EC", List.of("-dname", "CN=Test Authority", "-ext", "bc:c", "-ext", "ku:c=keyCertSign"));
        certificates.write(certificates.directory.resolve("authority.pem"), AUTHORITY, null);
        return certificates;
    }

    /** The authority's own certificate, PEM. */
    public Path authority() {
        return directory.resolve("authority.pem");
    }

    /** Issues a certificate with an EC key for a name or an address literal. */
    public Issued issue(String host) throws IOException {
        return issue(host, "EC", List.of());
    }

    /**
     * Issues a certificate.
     *
     * @param host a name or an address literal
     * @param algorithm as keytool's {@code -keyalg} takes it: EC, RSA, Ed25519
     * @param more further options of keytool's {@code -genkeypair}
     */
    public Issued issue(String host, String algorithm, List<String> more) throws IOException {
        String alias = "issued-" + issued++;
        String name = host.matches("[0-9.]+|.*:.*") ? "ip:" + host : "dns:" + host;
        List<String> options =
                new ArrayList<>(List.of("-dname", "CN=" + alias, "-ext", "san=" + name, "-signer", AUTHORITY));
        options.addAll(more);
        keytool(alias, algorithm, options);
        Issued files = new Issued(directory.resolve(alias + ".pem"), directory.resolve(alias + ".key.pem"));
        write(files.chain(), alias, files.key());
        return files;
    }

    /** What a server needs that proves itself by a certificate with an EC key for a name or an address literal. */
    public SSLContext serving(String host) throws IOException {
        String alias = "issued-" + issued;
        issue(host);
        try {
            KeyStore all = stored();
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, PASSWORD.toCharArray());
            own.setKeyEntry(
                    alias,
                    all.getKey(alias, PASSWORD.toCharArray()),
                    PASSWORD.toCharArray(),
                    all.getCertificateChain(alias));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificate cannot be used", e);
        }
    }

    private KeyStore stored() throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            return keys;
        }
    }

    private void keytool(String alias, String algorithm, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                algorithm,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        command.addAll(options);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();

        try (InputStream says = process.getInputStream()) {
            String output = new String(says.readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("keytool failed: " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private void write(Path chainFile, String alias, @Nullable Path keyFile) throws IOException {
        try {
            KeyStore keys = stored();
            StringBuilder chain = new StringBuilder();
            for (Certificate certificate : keys.getCertificateChain(alias)) {
                chain.append(pem("CERTIFICATE", certificate.getEncoded()));
            }
            Files.writeString(chainFile, chain);
            if (keyFile != null) {
                Key key = Objects.requireNonNull(keys.getKey(alias, PASSWORD.toCharArray()));
                Files.writeString(keyFile, pem("PRIVATE KEY", key.getEncoded()));
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("the store that keytool wrote cannot be read", e);
        }
    }

    /** A PEM block (RFC 7468). */
    public static String pem(String label, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }
}
