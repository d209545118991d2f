package dev.posthouse.net.address;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.Optional;

/** Asks which of its addresses this host would use towards another. */
@FunctionalInterface
public interface SourceProbe {

    /**
     * The local address for packets to {@code remote}.
     *
     * @return empty if there is no route
     */
    Optional<InetAddress> sourceTowards(InetSocketAddress remote);

    /** Asks the system's routing by connecting a UDP socket, which sends nothing. */
    static SourceProbe udp() {
        return remote -> {
            StandardProtocolFamily family = remote.getAddress().getAddress().length == 4
                    ? StandardProtocolFamily.INET
                    : StandardProtocolFamily.INET6;
            try (DatagramChannel channel = DatagramChannel.open(family)) {
                channel.connect(remote);
                InetAddress source = ((InetSocketAddress) channel.getLocalAddress()).getAddress();
                return source.isAnyLocalAddress() ? Optional.empty() : Optional.of(source);
            } catch (IOException | UnsupportedOperationException e) {
                // no route, or no such family on this host: there is no address to offer
                return Optional.empty();
            }
        };
    }
}
