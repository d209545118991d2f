package dev.posthouse.daemon.configuration;

import dev.posthouse.net.NameLookup;
import dev.posthouse.net.NetworkFailure;
import dev.posthouse.net.Resolver;
import dev.posthouse.net.address.HostName;
import dev.posthouse.net.address.HostPort;
import dev.posthouse.net.address.ShownAddress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;

/**
 * Where to listen, as it was written.
 *
 * @param host a name or an address, IPv6 without brackets; empty for all interfaces
 * @param port 0 to 65535; 0 lets the system choose
 */
public record ListenAddress(String host, int port) {

    /** Ours: an answer that comes later is from no name server that works, and who starts a relay should learn why it hangs. */
    private static final Duration NAME_LIMIT = Duration.ofSeconds(10);

    /**
     * Reads one; asks no name service.
     *
     * @param text {@code HOST:PORT}, {@code [IPV6]:PORT} or {@code :PORT}
     * @throws IllegalArgumentException if it is anything else
     */
    public static ListenAddress parse(String text) {
        try {
            if (text.startsWith(":")) {
                return new ListenAddress("", HostPort.parse("all" + text).port().orElseThrow());
            }
            HostPort hostPort = HostPort.parse(text);
            if (hostPort.port().isPresent()) {
                return new ListenAddress(hostPort.host(), hostPort.port().getAsInt());
            }
        } catch (IllegalArgumentException e) {
            throw wrong(text, String.valueOf(e.getMessage()));
        }
        throw wrong(text, "the port is missing");
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException("right is HOST:PORT such as 127.0.0.1:8080 or [::1]:8080, or :8080 for all"
                + " interfaces, a port being 0 to 65535, not \"" + ShownAddress.in(text) + "\": " + why);
    }

    /**
     * The address for a socket; asks the name service if the host is a name, for ten seconds at most. No host gives the
     * wildcard that stands for both families where the system has both.
     *
     * @throws NetworkFailure if the name has no address, or none came in time; names the name
     * @throws InterruptedIOException if the thread was interrupted, which stays set
     */
    public InetSocketAddress resolve() throws IOException {
        return resolve(Resolver.system(), NAME_LIMIT);
    }

    /** The same with another name service, and patience. */
    InetSocketAddress resolve(Resolver names, Duration limit) throws IOException {
        if (host.isEmpty()) {
            return new InetSocketAddress(wildcard(), port);
        }
        try (NameLookup lookup = NameLookup.start(names, host)) {
            return new InetSocketAddress(lookup.await(limit).getFirst(), port);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while resolving " + host).initCause(e);
        }
    }

    /** Not the JDK's own wildcard, which is that of IPv4 alone. */
    private static InetAddress wildcard() throws UnknownHostException {
        try (var probe = ServerSocketChannel.open(StandardProtocolFamily.INET6)) {
            return Inet6Address.getByAddress(new byte[16]);
        } catch (UnsupportedOperationException | IOException e) {
            return Inet4Address.getByAddress(new byte[4]);
        }
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return HostName.inUrl(host) + ":" + port;
    }
}
