package dev.posthouse.net.httpproxy;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.NetworkFailure;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.Refused;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.Timeouts;
import dev.posthouse.net.address.HostName;
import dev.posthouse.net.http.HeadReader;
import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.MalformedHead;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.net.http.ResponseHead;
import dev.posthouse.net.tls.TlsClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Asks a proxy for a tunnel to a host (RFC 9110 section 9.3.6), on the calling thread; first TLS is begun with a proxy that
 * has it. Whatever fails names the proxy.
 */
public final class ConnectTunnel {

    /** The longest head of a proxy's answer, ours: those of known proxies have some hundred bytes. */
    private static final int MAX_HEAD = 16 * 1024;

    private ConnectTunnel() {}

    /**
     * Asks, and waits for the answer.
     *
     * @param raw connected to the proxy, without TLS. Given up by the caller, who goes on with what is returned; stays the
     *     caller's to abort if it fails
     * @param tls made when it is needed: reading the system's trust takes a while
     * @param host whom the tunnel leads to: a name, which the proxy resolves, or an address literal without brackets
     * @param port 1 to 65535
     * @param limit for the handshake and the proxy's answer together, positive
     * @return what comes from and goes to that host
     * @throws AuthenticationFailed if the proxy wants other credentials, or its certificate is not trusted or another's
     * @throws Refused if it does not allow the tunnel
     * @throws RelayUnreachable if it cannot reach the host, or does not answer in time or at all
     * @throws ProtocolViolation if it is no HTTP proxy, or speaks no TLS where it should
     */
    public static ByteStream open(
            ByteStream raw, HttpProxy proxy, Supplier<TlsClient> tls, String host, int port, Duration limit)
            throws IOException {
        if (!proxy.tls()) {
            return ask(raw, proxy, host, port, limit);
        }
        long end = System.nanoTime() + Timeouts.nanos(limit);
        ByteStream encrypted = encrypted(raw, proxy, tls.get(), limit);
        // Never zero, which would be no limit.
        return ask(encrypted, proxy, host, port, Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    }

    private static ByteStream encrypted(ByteStream raw, HttpProxy proxy, TlsClient tls, Duration limit)
            throws IOException {
        String name = name(proxy);
        String advice = "; if it speaks no TLS, its address begins with http://";
        try {
            return tls.connect(raw, proxy.host(), limit);
        } catch (TimedOut e) {
            throw new RelayUnreachable(
                    name + " did not finish the TLS handshake within " + Timeouts.inWords(limit) + advice, e);
        } catch (AuthenticationFailed e) {
            throw new AuthenticationFailed(name + " is not trusted: " + e.getMessage(), e);
        } catch (ProtocolViolation e) {
            throw new ProtocolViolation(name + " did not begin TLS: " + e.getMessage() + advice, e);
        } catch (NetworkFailure e) {
            throw e;
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            throw new ProtocolViolation(
                    name + " ended the connection at the beginning of the TLS handshake (" + e.getMessage() + ")"
                            + advice,
                    e);
        }
    }

    private static String name(HttpProxy proxy) {
        return "the proxy " + proxy.hostAndPort();
    }

    private static ByteStream ask(ByteStream toProxy, HttpProxy proxy, String host, int port, Duration limit)
            throws IOException {
        String target = HostName.inUrl(HostName.withoutZone(host)) + ":" + port;
        var headers = Headers.builder().add("Host", target).add("User-Agent", "posthouse");
        proxy.credentials().ifPresent(secret -> headers.add("Proxy-Authorization", secret.headerValue()));
        byte[] request = new RequestHead("CONNECT", target, "HTTP/1.1", headers.build()).toBytes();
        String name = name(proxy);
        try {
            return Deadline.within(toProxy, limit, name, () -> {
                toProxy.write(ByteBuffer.wrap(request));
                HeadReader.Received<ResponseHead> answer = HeadReader.readResponse(toProxy, MAX_HEAD);
                int status = answer.head().status();
                if (status >= 200 && status < 300) {
                    return answer.rest();
                }
                throw refusal(name, target, answer.head());
            });
        } catch (MalformedHead e) {
            throw new ProtocolViolation(
                    name + " is no HTTP proxy: " + e.explanation()
                            + "; if it speaks TLS, its address begins with https://",
                    e);
        } catch (TimedOut e) {
            throw new RelayUnreachable(
                    name + " did not answer whether it reaches " + target + " within " + Timeouts.inWords(limit), e);
        } catch (NetworkFailure e) {
            throw e;
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            throw new RelayUnreachable(name + " closed the connection instead of reaching " + target, e);
        }
    }

    private static NetworkFailure refusal(String name, String target, ResponseHead head) {
        String said = head.status() + " " + head.reason().replaceAll("[^ -~]", "?");
        return switch (head.status()) {
            case 407 ->
                new AuthenticationFailed(name + " wants a user and a password, or others: it answered " + said
                        + "; write them into its address, http://USER:PASSWORD@HOST:PORT");
            case 502, 503, 504 -> new RelayUnreachable(name + " cannot reach " + target + ": it answered " + said);
            default ->
                new Refused(name + " refuses a tunnel to " + target + ": it answered " + said
                        + "; ports other than 443 are often not allowed");
        };
    }
}
