package dev.posthouse.net.tls;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file with certificates or a key cannot be used. The message says which, why, and what would be right. */
public final class CertificateFileException extends IOException {

    CertificateFileException(String message) {
        this(message, null);
    }

    CertificateFileException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
