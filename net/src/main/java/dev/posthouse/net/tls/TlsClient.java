package dev.posthouse.net.tls;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.TimedOut;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of TLS 1.2 and 1.3, without ALPN and without a certificate of its own. Immutable and thread-safe. One
 * instance resumes its own earlier sessions.
 */
public final class TlsClient {

    /** What the message of a {@link ProtocolViolation} has behind the host's name if the server's first byte is no TLS. */
    public static final String NO_TLS = " speaks no TLS at this port";

    private final SSLContext context;
    private final boolean verifies;
    private final List<String> protocols;

    private TlsClient(TrustManager @Nullable [] trust, boolean verifies, List<String> protocols) {
        this.verifies = verifies;
        this.protocols = protocols;
        try {
            context = SSLContext.getInstance("TLS");
            context.init(null, trust, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform has no TLS", e);
        }
    }

    /** Trusts the authorities that the Java platform trusts, and checks the host's name. */
    public static TlsClient trustingSystem() {
        return new TlsClient(null, true, Protocols.DEFAULT);
    }

    /**
     * Trusts the authorities of a PEM file only, and checks the host's name.
     *
     * @throws CertificateFileException if the file has no certificate or a damaged one
     * @throws IOException if it cannot be read
     */
    public static TlsClient trusting(Path authorities) throws IOException {
        return new TlsClient(PemFiles.authorities(authorities), true, Protocols.DEFAULT);
    }

    /**
     * Trusts whoever answers: the connection is encrypted, but anybody on the way can be its other end. For tests and
     * diagnosis.
     */
    public static TlsClient insecure() {
        return new TlsClient(new TrustManager[] {new TrustAnyone()}, false, Protocols.DEFAULT);
    }

    /** The same with these protocols only, for tests. */
    static TlsClient trusting(Path authorities, List<String> protocols) throws IOException {
        return new TlsClient(PemFiles.authorities(authorities), true, protocols);
    }

    /**
     * Does the handshake on the calling thread.
     *
     * @param raw connected to the server. The returned stream's from now on; closed if the handshake fails
     * @param host whom the certificate must name; sent to the server if it is a name, without a dot at its end (RFC 6066 section 3). An
     *     IPv6 literal with or without brackets
     * @param limit for the whole handshake, positive; or {@link Duration#ZERO} for none
     * @throws TimedOut if the limit passed
     * @throws AuthenticationFailed if the server's certificate is not trusted, has expired or is another host's
     * @throws ProtocolViolation if the server does not speak TLS, or nothing that both know
     * @throws IOException if the connection broke
     */
    public TlsStream connect(ByteStream raw, String host, Duration limit) throws IOException {
        String bare = bare(host);
        int port = raw.remoteAddress().map(address -> address.getPort()).orElse(-1);
        SSLEngine engine = context.createSSLEngine(bare, port);
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(protocols.toArray(new String[0]));
        SSLParameters parameters = engine.getSSLParameters();
        if (!isLiteral(bare)) {
            // said in full: by itself the JDK sends no name without a dot
            parameters.setServerNames(List.of(serverName(bare)));
        }
        if (verifies) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        engine.setSSLParameters(parameters);
        return Handshake.run(raw, engine, limit, new Handshake.Side.Client(bare));
    }

    private static String bare(String host) {
        if (host.startsWith("[") && host.endsWith("]")) {
            return host.substring(1, host.length() - 1);
        }
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    /** Of a name by its bytes: by its text, the JDK takes none with an underscore. */
    private static SNIHostName serverName(String host) {
        return new SNIHostName(host.getBytes(StandardCharsets.US_ASCII));
    }

    private static boolean isLiteral(String host) {
        try {
            return InetAddress.ofLiteral(host) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Accepts every certificate. Of the extended kind, because the JDK adds checks of its own around the plain one. */
    private static final class TrustAnyone extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
