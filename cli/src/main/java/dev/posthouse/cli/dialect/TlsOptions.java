package dev.posthouse.cli.dialect;

import dev.posthouse.net.tls.TlsClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whose certificates {@code dial} and {@code accept} trust on the way to the relay. */
public final class TlsOptions {

    private static final String HERE = "it belongs to https:// addresses and https:// proxies; ";

    @Option(names = "--cacert", paramLabel = "FILE", description = "trust the certificates in this PEM file only")
    private @Nullable Path cacert;

    @Option(names = "--insecure", description = "do not check certificates, the relay's or an https:// proxy's")
    private boolean insecure;

    /**
     * Notes those that are given: they do nothing where no certificate is looked at, though they look like an encryption.
     *
     * @param why what is so different here
     */
    public void refuse(ForeignOptions foreign, String why) {
        foreign.refuse("--cacert", cacert != null, HERE + why).refuse("--insecure", insecure, HERE + why);
    }

    /**
     * How certificates are trusted, if not as the system does.
     *
     * @throws IllegalArgumentException if the options contradict each other, or the file is none or cannot be read
     */
    public Optional<TlsClient> trust() {
        if (insecure && cacert != null) {
            throw new IllegalArgumentException("--insecure and --cacert exclude each other");
        }
        if (insecure) {
            return Optional.of(TlsClient.insecure());
        }
        if (cacert == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(TlsClient.trusting(cacert));
        } catch (IOException e) {
            throw new IllegalArgumentException("--cacert: " + e.getMessage(), e);
        }
    }
}
