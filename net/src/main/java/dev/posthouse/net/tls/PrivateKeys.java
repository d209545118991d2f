package dev.posthouse.net.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/**
 * Private keys from PEM blocks: PKCS#8 (RFC 5958), and the older forms of RSA (PKCS#1, RFC 8017 appendix A.1.2) and EC
 * (SEC 1, RFC 5915), which are put into a PKCS#8 envelope because the JDK reads only that.
 */
final class PrivateKeys {

    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;

    /** {@code [0]}: the parameters of an RFC 5915 key, which name its curve. */
    private static final int PARAMETERS = 0xA0;

    private static final byte[] VERSION_0 = {INTEGER, 1, 0};

    /** AlgorithmIdentifier content: OID 1.2.840.113549.1.1.1 (rsaEncryption), NULL. */
    private static final byte[] RSA_ENCRYPTION = {
        0x06, 0x09, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00
    };

    /** OID 1.2.840.10045.2.1 (id-ecPublicKey); the curve's OID follows. */
    private static final byte[] EC_PUBLIC_KEY = {0x06, 0x07, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x02, 0x01};

    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA", "RSASSA-PSS");

    private PrivateKeys() {}

    /**
     * The one private key among {@code blocks}.
     *
     * @param name names the file in errors
     * @throws CertificateFileException if there is none, more than one, an encrypted one, or one of an unknown kind
     */
    static PrivateKey only(List<PemBlock> blocks, String name) throws CertificateFileException {
        List<PemBlock> keys = blocks.stream()
                .filter(block -> block.label().endsWith("PRIVATE KEY"))
                .toList();
        if (keys.size() != 1) {
            throw new CertificateFileException(name + " has " + keys.size()
                    + " private keys: it must have one, between -----BEGIN PRIVATE KEY-----"
                    + " and -----END PRIVATE KEY-----");
        }
        PemBlock key = keys.getFirst();
        return switch (key.label()) {
            case "PRIVATE KEY" -> decode(key.content(), name);
            case "RSA PRIVATE KEY" -> decode(envelope(RSA_ENCRYPTION, key.content()), name);
            case "EC PRIVATE KEY" -> decode(envelope(ecAlgorithm(key.content(), name), key.content()), name);
            case "ENCRYPTED PRIVATE KEY" ->
                throw new CertificateFileException("the key in " + name
                        + " has a passphrase, which nobody could enter: write it without one, with openssl pkey");
            default ->
                throw new CertificateFileException("a " + key.label() + ", as in " + name
                        + ", is not known: convert it with openssl pkcs8 -topk8 -nocrypt");
        };
    }

    private static PrivateKey decode(byte[] pkcs8, String name) throws CertificateFileException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                // not a key of this algorithm; the next one may know it
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("the platform lacks " + algorithm, e);
            }
        }
        throw new CertificateFileException(
                "the key in " + name + " is damaged, or of none of the kinds RSA, EC, Ed25519 and Ed448");
    }

    private static byte[] envelope(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, join(VERSION_0, element(SEQUENCE, algorithm), element(OCTET_STRING, key)));
    }

    /** {@code ECPrivateKey ::= SEQUENCE { INTEGER 1, OCTET STRING, [0] { curve OID } OPTIONAL, [1] OPTIONAL }}. */
    private static byte[] ecAlgorithm(byte[] sec1, String name) throws CertificateFileException {
        ByteBuffer key = content(ByteBuffer.wrap(sec1), SEQUENCE, name);
        content(key, INTEGER, name);
        content(key, OCTET_STRING, name);
        ByteBuffer curve = content(key, PARAMETERS, name);
        byte[] oid = new byte[curve.remaining()];
        curve.get(oid);
        return join(EC_PUBLIC_KEY, oid);
    }

    /** Reads one DER element that must have this tag, and moves behind it. */
    private static ByteBuffer content(ByteBuffer der, int tag, String name) throws CertificateFileException {
        if (der.remaining() >= 2 && (der.get() & 0xFF) == tag) {
            int length = der.get() & 0xFF;
            if (length > 0x80 && length <= 0x82 && der.remaining() >= length - 0x80) {
                int octets = length - 0x80;
                length = 0;
                for (int i = 0; i < octets; i++) {
                    length = length << 8 | (der.get() & 0xFF);
                }
            } else if (length >= 0x80) {
                length = Integer.MAX_VALUE; // longer than any key, or cut
            }
            if (length <= der.remaining()) {
                ByteBuffer content = der.slice(der.position(), length);
                der.position(der.position() + length);
                return content;
            }
        }
        throw new CertificateFileException("the EC key in " + name
                + " is damaged or does not name its curve: convert it" + " with openssl pkcs8 -topk8 -nocrypt");
    }

    private static byte[] element(int tag, byte[] content) {
        int length = content.length;
        byte[] head = length < 0x80
                ? new byte[] {(byte) tag, (byte) length}
                : new byte[] {
                    (byte) tag,
                    (byte) 0x84,
                    (byte) (length >> 24),
                    (byte) (length >> 16),
                    (byte) (length >> 8),
                    (byte) length
                };
        return join(head, content);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }
}
