package dev.posthouse.daemon;

import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.Settings;
import dev.posthouse.net.tls.TlsServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Makes the TLS server that a configuration asks for: the one place that knows how that is done. */
final class Certificates {

    private Certificates() {}

    /**
     * The TLS server, if certificate and key are set.
     *
     * @throws IOException if they cannot be read or do not belong together, with a message that names the file
     */
    static Optional<TlsServer> open(Configuration configuration) throws IOException {
        Optional<Path> certificate = configuration.value(Settings.TLS_CERTIFICATE);
        Optional<Path> key = configuration.value(Settings.TLS_KEY);
        if (certificate.isEmpty() || key.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(TlsServer.fromPem(certificate.get(), key.get()));
        } catch (IOException e) {
            throw explained(e);
        }
    }

    /** Reads the same files again; what connects from now on sees what they hold. */
    static void reload(TlsServer server) throws IOException {
        try {
            server.reload();
        } catch (IOException e) {
            throw explained(e);
        }
    }

    private static IOException explained(IOException e) {
        return new IOException(Settings.TLS_CERTIFICATE + " and " + Settings.TLS_KEY + ": " + e.getMessage(), e);
    }
}
