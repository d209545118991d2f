package dev.posthouse.rdv.server;

import dev.posthouse.net.address.IpAddress;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.http.Headers;
import dev.posthouse.relay.Leg;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Observed addresses from behind an HTTP proxy: {@code X-Forwarded-For} and {@code X-Forwarded-Port}, from trusted networks
 * only. The address is the last one that is not itself trusted; its port is what makes a direct connection possible, so
 * that without {@code X-Forwarded-Port} the peer has no observed address (but limits still count it by the address).
 */
final class Forwarded {

    private final NetworkBlocks trusted;

    Forwarded(NetworkBlocks trusted) {
        this.trusted = trusted;
    }

    /** The leg, seen through the proxy if there is one. */
    Leg apply(Leg leg, Headers headers) {
        if (trusted.isEmpty() || !trusted.contains(leg.peer().getAddress())) {
            return leg;
        }
        Optional<IpAddress> client = client(headers);
        if (client.isEmpty()) {
            return leg.observedAs(Optional.empty(), leg.payer());
        }
        Optional<InetSocketAddress> observed = headers.first("X-Forwarded-Port")
                .flatMap(Forwarded::port)
                .map(port -> new InetSocketAddress(client.get().toInetAddress(), port));
        return leg.observedAs(observed, client.get().toInetAddress());
    }

    private Optional<IpAddress> client(Headers headers) {
        List<IpAddress> hops = new ArrayList<>();
        for (String value : headers.all("X-Forwarded-For")) {
            for (String hop : value.split(",", -1)) {
                try {
                    hops.add(IpAddress.parse(hop.strip()).withoutZone());
                } catch (IllegalArgumentException e) {
                    // Whatever stands left of what we can read, nobody whom we trust has vouched for.
                    hops.clear();
                }
            }
        }
        for (IpAddress hop : hops.reversed()) {
            if (!trusted.contains(hop.toInetAddress())) {
                return Optional.of(hop);
            }
        }
        return hops.isEmpty() ? Optional.empty() : Optional.of(hops.getFirst());
    }

    private static Optional<Integer> port(String text) {
        try {
            int port = Integer.parseInt(text.strip());
            return port > 0 && port <= 65_535 ? Optional.of(port) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
