package dev.posthouse.offset.server;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.TickClock;
import dev.posthouse.offset.channel.Ticks;
import dev.posthouse.relay.accept.Dialect;
import dev.posthouse.relay.accept.RelayServices;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An Offset relay, as a dialect of a {@link dev.posthouse.relay.Relay}:
 *
 * <pre>{@code
 * try (Relay relay = Relay.builder().dialect(OffsetServer.of(identity)).listen(address).start()) { ... }
 * }</pre>
 *
 * <p>Clients of release 0.1.3 and newer, and those before with their shorter frames, are told apart by their first bytes;
 * both are served, but only clients of the same age can be joined (spec 12).
 *
 * <p>Thread-safe. Tunnels that it has joined belong to the services' {@link dev.posthouse.relay.circuit.Circuits} and outlive it.
 */
public final class OffsetServer implements Dialect {

    /** The dialect's name in events, metrics and JSON. */
    public static final String NAME = "offset";

    private final Ed25519KeyPair identity;
    private final Authoriser authoriser;
    private final ChannelSettings settings;
    private final Optional<Ticks> ticks;
    private final Duration tick;

    private OffsetServer(Builder builder, Ed25519KeyPair identity) {
        this.identity = identity;
        this.authoriser = builder.authoriser;
        this.settings = builder.settings;
        this.ticks = Optional.ofNullable(builder.ticks);
        this.tick = TickClock.length(builder.tick);
    }

    /** Open to everybody, with the original's times. */
    public static OffsetServer of(Ed25519KeyPair identity) {
        return builder(identity).build();
    }

    /**
     * A builder.
     *
     * @param identity the relay's: clients know it beforehand, as part of the relay's address
     */
    public static Builder builder(Ed25519KeyPair identity) {
        return new Builder(identity);
    }

    @Override
    public String name() {
        return NAME;
    }

    /** The relay's identity, as it stands in its address. */
    public Ed25519PublicKey publicKey() {
        return identity.publicKey();
    }

    @Override
    public OffsetService open(RelayServices services) {
        return new OffsetService(this, services);
    }

    Ed25519KeyPair identity() {
        return identity;
    }

    Authoriser authoriser() {
        return authoriser;
    }

    ChannelSettings settings() {
        return settings;
    }

    /** Those that somebody else makes, if so. */
    Optional<Ticks> ticks() {
        return ticks;
    }

    /** How long one of its own takes. */
    Duration tick() {
        return tick;
    }

    /** Collects a server's options. Not thread-safe. */
    public static final class Builder {
        private final Ed25519KeyPair identity;
        private Authoriser authoriser = Authoriser.OPEN;
        private ChannelSettings settings = ChannelSettings.DEFAULT;
        private Duration tick = Duration.ofSeconds(1);
        private @Nullable Ticks ticks;

        private Builder(Ed25519KeyPair identity) {
            this.identity = identity;
        }

        /** Asked for every client once its identity is proved. */
        public Builder authoriser(Authoriser decides) {
            authoriser = decides;
            return this;
        }

        /** Other numbers than the original's. */
        public Builder settings(ChannelSettings numbers) {
            settings = numbers;
            return this;
        }

        /** Another length of a tick than a second. */
        public Builder tick(Duration length) {
            tick = length;
            return this;
        }

        /** Ticks that somebody else makes. */
        public Builder ticks(Ticks shared) {
            ticks = shared;
            return this;
        }

        /** @throws IllegalArgumentException if the tick is not longer than zero */
        public OffsetServer build() {
            return new OffsetServer(this, identity);
        }
    }
}
