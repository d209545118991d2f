package dev.posthouse.offset.server;

import dev.posthouse.crypto.Identity;
import dev.posthouse.crypto.PublicKey;
import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.NetworkFailure;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.Channels;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.channel.SecureChannel;
import dev.posthouse.offset.channel.TickClock;
import dev.posthouse.offset.channel.Ticks;
import dev.posthouse.offset.wire.FirstBytes;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.relay.Dialect;
import dev.posthouse.relay.Leg;
import dev.posthouse.relay.Reason;
import dev.posthouse.relay.RelayEvent;
import dev.posthouse.relay.RelayServices;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
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
 * <p>Thread-safe. Tunnels that it has joined belong to the services' {@link dev.posthouse.relay.Circuits} and outlive it.
 */
public final class OffsetServer implements Dialect {

    /** The dialect's name in events, metrics and JSON. */
    public static final String NAME = "offset";

    /** For a client's first message, once its channel stands (spec 7.1). */
    private static final int FIRST_MESSAGE_TICKS = 4;

    /** Callers that may wait for one listener to be told of them: far more than come at once, and a few kilobytes. */
    private static final int LONGEST_QUEUE = 256;

    /** What tells the two ages apart. */
    private static final int TELLING = 8;

    private final Identity identity;
    private final Authoriser authoriser;
    private final ChannelSettings settings;
    private final Ticks ticks;
    private final Optional<TickClock> ownTicks;
    private volatile @Nullable Opened opened;

    /** What it has once it is open. */
    private record Opened(RelayServices services, Switchboard switchboard, Channels channels) {}

    private OffsetServer(Builder builder, Identity identity) {
        this.identity = identity;
        this.authoriser = builder.authoriser;
        this.settings = builder.settings;
        this.ownTicks = builder.ticks == null ? Optional.of(TickClock.start(builder.tick)) : Optional.empty();
        this.ticks = builder.ticks == null ? ownTicks.get() : builder.ticks;
    }

    /** Open to everybody, with the original's times. */
    public static OffsetServer of(Identity identity) {
        return builder(identity).build();
    }

    /**
     * A builder.
     *
     * @param identity the relay's: clients know it beforehand, as part of the relay's address
     */
    public static Builder builder(Identity identity) {
        return new Builder(identity);
    }

    @Override
    public String name() {
        return NAME;
    }

    /** The relay's identity, as it stands in its address. */
    public PublicKey publicKey() {
        return identity.publicKey();
    }

    @Override
    public Detection detect(ByteBuffer first) {
        return switch (FirstBytes.of(first)) {
            case CURRENT, LEGACY -> Detection.YES;
            case NEED_MORE -> Detection.NEED_MORE;
            case NO -> Detection.NO;
        };
    }

    @Override
    public void open(RelayServices services) {
        opened = new Opened(
                services,
                new Switchboard(services, settings, ticks, LONGEST_QUEUE),
                new Channels(identity, settings, ticks));
    }

    @Override
    public void serve(Leg arrived) throws IOException {
        Opened now = opened;
        if (now == null) {
            throw new IllegalStateException("the Offset relay was not opened: call open(services) first");
        }
        if (now.switchboard().closed()) {
            refuse(now, arrived, Reason.SHUTDOWN, "the relay is going down");
            return;
        }
        if (arrived.crowded()) {
            refuse(now, arrived, Reason.LIMIT_DESCRIPTORS, "the relay's descriptors are nearly used up");
            return;
        }
        try (Arrivals.Arrival arrival = now.switchboard().arrivals().begin()) {
            serve(now, arrived, arrival);
        }
    }

    private void serve(Opened now, Leg arrived, Arrivals.Arrival arrival) throws IOException {
        ByteBuffer first = firstBytes(arrived);
        LengthPrefix age = FirstBytes.of(first.duplicate()) == FirstBytes.LEGACY ? LengthPrefix.U32 : LengthPrefix.U64;
        Leg leg = arrived.with(PushbackStream.of(arrived.stream(), first));
        SecureChannel channel =
                Deadline.within(leg.stream(), leg.untilProved(), "the handshake with a client", () -> now.channels()
                        .fromClient(leg.stream(), age, leg.holding()));
        arrival.is(channel.peer());
        if (!authoriser.admits(channel.peer(), leg.payer())) {
            refuse(now, leg, Reason.UNAUTHORIZED, "this identity may not use the relay");
            return;
        }
        serve(now, leg, channel, age, arrival);
    }

    private static ByteBuffer firstBytes(Leg leg) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(TELLING);
        return Deadline.within(leg.stream(), leg.untilProved(), "the first bytes", () -> {
            while (first.hasRemaining()) {
                if (leg.stream().read(first) < 0) {
                    throw new EOFException("closed within its first bytes");
                }
            }
            return first.flip();
        });
    }

    /** Up to release 0.1.2 keepalives begin only after the first message (spec 12). */
    private void serve(Opened now, Leg leg, SecureChannel channel, LengthPrefix age, Arrivals.Arrival arrival)
            throws IOException {
        Optional<InitConnection> early =
                age == LengthPrefix.U32 ? Optional.of(firstMessage(leg, channel)) : Optional.empty();
        KeepAlive kept = KeepAlive.over(channel, "the client", settings, ticks);
        try {
            InitConnection wanted = early.isPresent() ? early.get() : firstMessage(leg, kept);
            serve(now, new Client(leg, kept, age), arrival, wanted);
        } catch (InterruptedException e) {
            kept.abort();
            leg.release();
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | Error e) {
            // Its keepalives would go on for ever.
            kept.abort();
            throw e;
        }
    }

    private static void serve(Opened now, Client client, Arrivals.Arrival arrival, InitConnection wanted)
            throws InterruptedException {
        switch (wanted) {
            case InitConnection.Listen listen -> now.switchboard().listen(client, arrival);
            case InitConnection.Connect connect ->
                now.switchboard()
                        .connect(
                                client,
                                arrival,
                                PublicKey.of(connect.publicKey().bytes()));
            case InitConnection.Accept accept -> {
                arrival.close();
                now.switchboard().accept(client, PublicKey.of(accept.publicKey().bytes()));
            }
        }
    }

    private InitConnection firstMessage(Leg leg, MessageStream channel) throws IOException {
        Duration limit = ticks.length().multipliedBy(FIRST_MESSAGE_TICKS);
        return Deadline.within(
                leg.stream(),
                limit,
                "the first message",
                () -> InitConnection.decode(
                        channel.receive().orElseThrow(() -> new EOFException("closed before it said what it wants"))));
    }

    /** Whether no connection is being set up, and no connector is held for one that is. */
    boolean isQuiet() {
        Opened now = opened;
        return now == null || now.switchboard().arrivals().isEmpty();
    }

    /** The word for what ended a connection. */
    static Reason reasonOf(IOException e) {
        return switch (e) {
            case ClosedByInterruptException closing -> Reason.SHUTDOWN;
            case LimitExceeded full -> Reason.LIMIT_MEMORY;
            case ConnectionLost silent -> Reason.PEER_GONE;
            case TimedOut late -> Reason.PEER_GONE;
            case NetworkFailure fault -> Reason.PROTOCOL_ERROR;
            default -> Reason.PEER_GONE;
        };
    }

    private static void refuse(Opened now, Leg leg, Reason reason, String why) {
        now.services().events().on(new RelayEvent.Refused(Optional.of(NAME), leg.peer(), reason, why));
        leg.close();
    }

    @Override
    public void drain() {
        Opened now = opened;
        if (now != null) {
            now.switchboard().close();
        }
    }

    /** Tunnels of this server have no keepalives any more afterwards: its relay ends them. */
    @Override
    public void close() {
        drain();
        ownTicks.ifPresent(TickClock::close);
    }

    /** Collects a server's options. Not thread-safe. */
    public static final class Builder {
        private final Identity identity;
        private Authoriser authoriser = Authoriser.OPEN;
        private ChannelSettings settings = ChannelSettings.DEFAULT;
        private Duration tick = Duration.ofSeconds(1);
        private @Nullable Ticks ticks;

        private Builder(Identity identity) {
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
