package dev.posthouse.net.tls;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.TimedOut;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * The server's side of TLS 1.2 and 1.3 with one certificate, no ALPN and no certificates asked of clients. Thread-safe:
 * any number of handshakes run at a time, each on its caller's thread.
 */
public final class TlsServer {

    private final Path chain;
    private final Path key;
    private final List<String> protocols;
    private volatile SSLContext context;

    private TlsServer(Path chain, Path key, List<String> protocols) throws IOException {
        this.chain = chain;
        this.key = key;
        this.protocols = protocols;
        this.context = load(chain, key);
    }

    /**
     * Reads a certificate and its key.
     *
     * @param chain PEM file: the server's certificate first, then those that lead to its authority
     * @param key PEM file: its private key, RSA, EC or Edwards, as PKCS#8, PKCS#1 or SEC 1, not encrypted
     * @throws CertificateFileException if one of the files cannot be used
     * @throws IOException if one of them cannot be read
     */
    public static TlsServer fromPem(Path chain, Path key) throws IOException {
        return new TlsServer(chain, key, Protocols.DEFAULT);
    }

    /** The same with these protocols only, for tests. */
    static TlsServer fromPem(Path chain, Path key, List<String> protocols) throws IOException {
        return new TlsServer(chain, key, protocols);
    }

    /**
     * Reads both files again. Handshakes that begin afterwards use what they hold now; streams that exist go on.
     *
     * @throws CertificateFileException if one of the files cannot be used; the old certificate then stays in use
     * @throws IOException the same, if one of them cannot be read
     */
    public void reload() throws IOException {
        context = load(chain, key);
    }

    /**
     * Does the handshake on the calling thread.
     *
     * @param raw what a client speaks TLS on, with everything that detection has read still in it (a {@link
     *     dev.posthouse.net.PushbackStream}). The returned stream's from now on; closed if the handshake fails
     * @param limit for the whole handshake, positive; or {@link Duration#ZERO} for none
     * @throws TimedOut if the limit passed
     * @throws AuthenticationFailed if the client did not accept the certificate
     * @throws ProtocolViolation if the client does not speak TLS, or nothing that both know
     * @throws IOException if the connection broke
     */
    public TlsStream accept(ByteStream raw, Duration limit) throws IOException {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(protocols.toArray(new String[0]));
        return Handshake.run(raw, engine, limit, Handshake.Side.SERVER);
    }

    private static SSLContext load(Path chain, Path key) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(PemFiles.identity(chain, key), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new CertificateFileException("the certificate in " + chain + " cannot be used: " + e, e);
        }
    }
}
