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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Asks a proxy for a tunnel to a host (RFC 9110 section 9.3.6), on the calling thread. */
public final class ConnectTunnel {

    /** The longest head of a proxy's answer, ours: those of known proxies have some hundred bytes. */
    private static final int MAX_HEAD = 16 * 1024;

    private ConnectTunnel() {}

    /**
     * Asks, and waits for the answer.
     *
     * @param toProxy connected to the proxy, TLS to it included. Given up by the caller, who goes on with what is returned;
     *     left open if it fails
     * @param host whom the tunnel leads to: a name, which the proxy resolves, or an address literal without brackets
     * @param port 1 to 65535
     * @param limit for the proxy's answer, positive
     * @return what comes from and goes to that host
     * @throws AuthenticationFailed if the proxy wants other credentials
     * @throws Refused if it does not allow the tunnel
     * @throws RelayUnreachable if it cannot reach the host, or does not answer in time or at all
     * @throws ProtocolViolation if it is no HTTP proxy
     */
    public static ByteStream open(ByteStream toProxy, HttpProxy proxy, String host, int port, Duration limit)
            throws IOException {
        String target = HostName.inUrl(HostName.withoutZone(host)) + ":" + port;
        var headers = Headers.builder().add("Host", target).add("User-Agent", "posthouse");
        proxy.credentials().ifPresent(secret -> headers.add("Proxy-Authorization", secret.headerValue()));
        byte[] request = new RequestHead("CONNECT", target, "HTTP/1.1", headers.build()).toBytes();
        String name = "the proxy " + proxy.hostAndPort();
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
            throw new ProtocolViolation(name + " is no HTTP proxy: " + e.explanation(), e);
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
