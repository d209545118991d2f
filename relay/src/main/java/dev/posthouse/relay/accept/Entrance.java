package dev.posthouse.relay.accept;

import java.util.List;
import java.util.Optional;

/**
 * A way by which connections reach a dialect that is served. Two dialects with the same one are a mistake that shows at the start of
 * their relay, whatever the order.
 */
public sealed interface Entrance {

    /** By the first bytes of a connection, plain or in TLS. */
    record FirstBytes(Detector detector, ConnectionHandler handler) implements Entrance {}

    /**
     * By requests of HTTP, which the relay reads.
     *
     * @param claims which ones; at least one
     */
    record Requests(List<RequestClaim> claims, RequestHandler handler) implements Entrance {
        public Requests {
            claims = List.copyOf(claims);
            if (claims.isEmpty()) {
                throw new IllegalArgumentException("nothing is claimed: name a method, a word in Upgrade, or the rest");
            }
        }
    }

    /**
     * By WebSockets. Needs a relay that has a codec for them.
     *
     * @param path the path that they are asked for at, exactly; empty for every one at which nobody else has them
     * @param subprotocol what is spoken in them, if that has a name (RFC 6455 section 1.9)
     * @param carried in what form they reach it
     */
    record WebSockets(Optional<String> path, Optional<String> subprotocol, Carried carried) implements Entrance {
        public WebSockets {
            if (!path.orElse("/").startsWith("/")) {
                throw new IllegalArgumentException("a path begins with a slash, unlike " + path.orElseThrow());
            }
        }
    }
}
