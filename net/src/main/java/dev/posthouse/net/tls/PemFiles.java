package dev.posthouse.net.tls;

import dev.posthouse.net.FileFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** PEM files as what the JDK's TLS takes. */
final class PemFiles {

    /** A key store wants one; it lives in memory only and protects nothing. */
    private static final char[] NO_PASSWORD = {};

    private PemFiles() {}

    /**
     * A server's identity.
     *
     * @param chainFile the server's certificate first, then those that lead to its authority
     * @param keyFile its private key
     * @throws CertificateFileException if one of them cannot be used, or the key is another certificate's
     */
    static KeyManager[] identity(Path chainFile, Path keyFile) throws IOException {
        List<X509Certificate> chain = certificates(parse(chainFile), chainFile.toString());
        PrivateKey key = PrivateKeys.only(parse(keyFile), keyFile.toString());
        if (!belongTogether(chain.getFirst().getPublicKey(), key)) {
            throw new CertificateFileException("the key in " + keyFile + " does not belong to the first certificate of "
                    + chainFile + ": a chain begins with the server's own certificate");
        }
        try {
            KeyStore store = emptyStore();
            store.setKeyEntry("server", key, NO_PASSWORD, chain.toArray(new Certificate[0]));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException e) {
            throw new CertificateFileException("the certificate in " + chainFile + " cannot be used: " + e, e);
        }
    }

    /**
     * The authorities of a file.
     *
     * @throws CertificateFileException if it has none, or a damaged one
     */
    static TrustManager[] authorities(Path file) throws IOException {
        try {
            KeyStore store = emptyStore();
            int count = 0;
            for (X509Certificate certificate : certificates(parse(file), file.toString())) {
                store.setCertificateEntry("authority-" + count++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw new CertificateFileException("the certificates in " + file + " cannot be used: " + e, e);
        }
    }

    /** Every certificate among {@code blocks}, in order, at least one. */
    static List<X509Certificate> certificates(List<PemBlock> blocks, String name) throws CertificateFileException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (PemBlock block : blocks) {
                if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
                    found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.content())));
                }
            }
        } catch (CertificateException e) {
            throw new CertificateFileException(
                    "certificate number " + (found.size() + 1) + " of " + name + " is damaged: " + e.getMessage(), e);
        }
        if (found.isEmpty()) {
            throw new CertificateFileException(name + " has no certificate: it must have at least one, between"
                    + " -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----");
        }
        return found;
    }

    private static List<PemBlock> parse(Path file) throws IOException {
        // no more than that, so that a wrong path to something huge, or to a device without end, is not read into
        // memory
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(PemBlock.MAX_FILE + 1);
            if (content.length > PemBlock.MAX_FILE) {
                throw new CertificateFileException(file + " is far too large for a PEM file");
            }
            return PemBlock.parse(content, file.toString());
        } catch (CertificateFileException e) {
            throw e;
        } catch (IOException e) {
            throw new CertificateFileException(FileFailure.words(file, e), e);
        }
    }

    /** Signs with one and verifies with the other: says it for every kind of key. */
    private static boolean belongTogether(PublicKey publicKey, PrivateKey key) {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> key.getAlgorithm();
                };
        byte[] probe = {1, 2, 3};
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(probe);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(publicKey);
            verifier.update(probe);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }
}
