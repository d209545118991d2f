package dev.posthouse.net.httpproxy;

import dev.posthouse.net.address.HostName;
import dev.posthouse.net.address.HostPort;
import dev.posthouse.net.http.BasicCredentials;
import java.util.Locale;
import java.util.Optional;

/**
 * One HTTP proxy: {@code [http://][USER:PASSWORD@]HOST[:PORT]}, or https, where the way to the proxy itself is TLS.
 *
 * @param tls whether TLS is spoken to the proxy
 * @param host a name or an address literal without brackets
 * @param port 1 to 65535
 * @param credentials for the proxy; a secret
 */
public record HttpProxy(boolean tls, String host, int port, Optional<BasicCredentials> credentials) {

    private static final int HTTP = 80;
    private static final int HTTPS = 443;
    private static final String FORM = "write http://[USER:PASSWORD@]HOST[:PORT], or https://… for TLS to the proxy";

    /**
     * Reads one, as environment variables have it: without a scheme it is http, and a path that is a slash is dropped.
     * Without a port it is 80, or 443.
     *
     * @throws IllegalArgumentException if it is not of that form, with what is wrong; never repeats the text
     */
    public static HttpProxy parse(String text) {
        int colon = text.indexOf("://");
        String scheme = colon < 0 ? "http" : text.substring(0, colon).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("a proxy is spoken to by http or https here; " + FORM);
        }
        String rest = colon < 0 ? text : text.substring(colon + 3);
        String authority = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
        int at = authority.lastIndexOf('@');
        try {
            HostPort hostPort = HostPort.parse(authority.substring(at + 1));
            boolean tls = scheme.equals("https");
            int port = hostPort.port().orElse(tls ? HTTPS : HTTP);
            if (port == 0) {
                throw new IllegalArgumentException("port 0 is none");
            }
            return new HttpProxy(
                    tls,
                    hostPort.host(),
                    port,
                    at < 0 ? Optional.empty() : Optional.of(BasicCredentials.parse(authority.substring(0, at))));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + "; " + FORM);
        }
    }

    /** {@code HOST:PORT}: how messages name it. */
    public String hostAndPort() {
        return HostName.inUrl(host) + ":" + port;
    }

    /** Without the credentials. */
    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + hostAndPort();
    }
}
