package dev.posthouse.net.tls;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * One block of a PEM file (RFC 7468, the lax form of its section 3). A class and not a record, because it may hold a
 * private key.
 */
final class PemBlock {

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    /** Of one file: the system's whole bundle of authorities is about 200 KiB. */
    static final int MAX_FILE = 4 << 20;

    private final String label;
    private final byte[] content;

    private PemBlock(String label, byte[] content) {
        this.label = label;
        this.content = content;
    }

    /**
     * Finds all blocks; what stands between them is ignored, as others write explanations there.
     *
     * @param file at most {@link #MAX_FILE} bytes
     * @param name names the file in errors
     * @return in the order of the file; empty if there are none
     * @throws CertificateFileException if a block is not closed, is encrypted the old way, or is no Base64
     */
    static List<PemBlock> parse(byte[] file, String name) throws CertificateFileException {
        if (file.length > MAX_FILE) {
            throw new CertificateFileException(name + " has more than " + MAX_FILE + " bytes: it is no PEM file");
        }
        List<PemBlock> blocks = new ArrayList<>();
        String label = "";
        StringBuilder base64 = new StringBuilder();
        boolean inside = false;
        for (String raw : new String(file, StandardCharsets.ISO_8859_1).split("\\R", -1)) {
            String line = raw.strip();
            if (!inside && line.startsWith(BEGIN) && line.endsWith(DASHES) && line.length() > BEGIN.length() + 5) {
                inside = true;
                label = line.substring(BEGIN.length(), line.length() - DASHES.length());
                base64.setLength(0);
            } else if (inside && line.equals(END + label + DASHES)) {
                inside = false;
                blocks.add(new PemBlock(label, decode(base64, name, label)));
            } else if (inside && line.contains(":")) {
                throw new CertificateFileException("the block " + label + " of " + name
                        + " has header lines, as keys with a passphrase have: write it without one, with openssl pkey");
            } else if (inside) {
                base64.append(line);
            }
        }
        if (inside) {
            throw new CertificateFileException("the block " + label + " of " + name + " has no END line");
        }
        return blocks;
    }

    private static byte[] decode(StringBuilder base64, String name, String label) throws CertificateFileException {
        try {
            return Base64.getDecoder().decode(base64.toString());
        } catch (IllegalArgumentException e) {
            // without the cause: its message quotes what may be a key
            throw new CertificateFileException("the block " + label + " of " + name + " is not Base64");
        }
    }

    /** What stands behind BEGIN: "CERTIFICATE". */
    String label() {
        return label;
    }

    /** The decoded bytes; not a copy. */
    byte[] content() {
        return content;
    }
}
