package dev.posthouse.rdv.server;

import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.relay.accept.Dialect;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.accept.http.Forwarded;

/**
 * An rdv server, as a dialect of a {@link dev.posthouse.relay.Relay} or mounted in a program that has its own HTTP server:
 *
 * <pre>{@code
 * try (Relay relay = Relay.builder().dialect(RdvServer.withDefaults()).listen(address).start()) { ... }
 *
 * RdvService service = rdvServer.open(services);
 * Optional<Refusal> refused = service.upgrade(head, stream);
 * }</pre>
 *
 * <p>Thread-safe. Circuits that it has opened belong to the services' {@link dev.posthouse.relay.circuit.Circuits} and outlive it.
 */
public final class RdvServer implements Dialect {

    /** The dialect's name in events, metrics and JSON. */
    public static final String NAME = "rdv";

    private final String path;
    private final Authoriser authoriser;
    private final PairHandler handler;
    private final Forwarded forwarded;

    private RdvServer(Builder builder) {
        this.path = builder.path;
        this.authoriser = builder.authoriser;
        this.handler = builder.handler;
        this.forwarded = new Forwarded(builder.forwardedFrom, builder.forwardedHeader, builder.forwardedPortHeader);
    }

    /** Open to everybody, at the root path. */
    public static RdvServer withDefaults() {
        return builder().build();
    }

    /** A builder. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public RdvService open(RelayServices services) {
        return new RdvService(this, services);
    }

    String path() {
        return path;
    }

    Authoriser authoriser() {
        return authoriser;
    }

    PairHandler handler() {
        return handler;
    }

    Forwarded forwarded() {
        return forwarded;
    }

    /** Collects a server's options. Not thread-safe. */
    public static final class Builder {
        private String path = "/";
        private Authoriser authoriser = Authoriser.OPEN;
        private PairHandler handler = PairHandler.RELAY;
        private NetworkBlocks forwardedFrom = NetworkBlocks.NONE;
        private String forwardedHeader = Forwarded.X_FORWARDED_FOR;
        private String forwardedPortHeader = "";

        private Builder() {}

        /**
         * Serves below a path: tokens follow it, and other paths get a 404.
         *
         * @param prefix begins with a slash; a slash at its end makes no difference
         */
        public Builder path(String prefix) {
            if (!prefix.startsWith("/")) {
                throw new IllegalArgumentException("a path begins with a slash, unlike " + prefix);
            }
            path = prefix;
            return this;
        }

        /** Asked before a peer enters the lobby. */
        public Builder authoriser(Authoriser decides) {
            authoriser = decides;
            return this;
        }

        /** Asked when two peers have met. */
        public Builder handler(PairHandler decides) {
            handler = decides;
            return this;
        }

        /**
         * Networks of proxies that say in a header on whose behalf they ask, and are believed. A request of theirs whose header
         * names nobody that can be read is refused; one without the header is the proxy's own, such as a health check. Here for a
         * server that is mounted in a program; where the relay has other dialects that are reached by HTTP, its {@link
         * dev.posthouse.relay.Relay.Builder#forwarded} holds for all of them.
         */
        public Builder forwardedFrom(NetworkBlocks trusted) {
            forwardedFrom = trusted;
            return this;
        }

        /**
         * Which header those proxies set, {@code X-Forwarded-For} (the default) or {@code Forwarded} (RFC 7239). The other one
         * is ignored, since it passes through from whoever wrote it.
         *
         * @throws IllegalArgumentException if it is neither
         */
        public Builder forwardedHeader(String name) {
            forwardedHeader = Forwarded.header(name);
            return this;
        }

        /**
         * The header in which those proxies say from which port the peer connected to them; empty (the default) for none. With
         * the port the peer's address is one more that its partner tries. A port that stands beside the address counts without
         * this. Not {@code X-Forwarded-Port} unless it is sure to be the peer's: in most proxies it is their own.
         */
        public Builder forwardedPortHeader(String name) {
            forwardedPortHeader = name;
            return this;
        }

        public RdvServer build() {
            return new RdvServer(this);
        }
    }
}
