package dev.posthouse.offset.server;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.NetworkFailure;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.TimedOut;
import dev.posthouse.offset.channel.Channels;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.channel.SecureChannel;
import dev.posthouse.offset.channel.TickClock;
import dev.posthouse.offset.channel.Ticks;
import dev.posthouse.offset.wire.FirstBytes;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.relay.accept.ConnectionHandler;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.accept.Service;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.PeerKey;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** An {@link OffsetServer} at work: handshakes, first messages, and the switchboard behind them. Thread-safe. */
public final class OffsetService implements Service, ConnectionHandler {

    /** For a client's first message, once its channel stands (spec 7.1). */
    private static final int FIRST_MESSAGE_TICKS = 4;

    /** Callers that may wait for one listener to be told of them: far more than come at once, and a few kilobytes. */
    private static final int LONGEST_QUEUE = 256;

    private final OffsetServer server;
    private final RelayServices services;
    private final Optional<TickClock> ownTicks;
    private final Ticks ticks;
    private final Switchboard switchboard;
    private final Channels channels;

    OffsetService(OffsetServer server, RelayServices services) {
        this.server = server;
        this.services = services;
        Optional<Ticks> given = server.ticks();
        this.ownTicks = given.isPresent() ? Optional.empty() : Optional.of(TickClock.start(server.tick()));
        this.ticks = given.isPresent() ? given.get() : ownTicks.orElseThrow();
        this.switchboard = new Switchboard(services, server.settings(), ticks, LONGEST_QUEUE);
        this.channels = new Channels(server.identity(), server.settings(), ticks);
    }

    @Override
    public List<Entrance> entrances() {
        return List.of(new Entrance.FirstBytes(new OffsetDetector(), this));
    }

    @Override
    public void serve(Inbound arrived) throws IOException {
        // The relay asked before it knew whose connection this is: it may have begun to drain since.
        if (switchboard.closed()) {
            refused(arrived, Reason.SHUTDOWN, "the relay is going down");
            return;
        }
        try (Arrivals.Arrival arrival = switchboard.arrivals().begin()) {
            serve(arrived, arrival);
        }
    }

    private void serve(Inbound arrived, Arrivals.Arrival arrival) throws IOException {
        ByteBuffer first = firstBytes(arrived);
        LengthPrefix age = FirstBytes.of(first.duplicate()) == FirstBytes.LEGACY ? LengthPrefix.U32 : LengthPrefix.U64;
        Inbound leg = arrived.with(PushbackStream.of(arrived.stream(), first));
        SecureChannel channel = Deadline.within(
                leg.stream(),
                leg.untilProved(),
                "the handshake with a client",
                () -> channels.fromClient(leg.stream(), age, leg.holding()));
        arrival.is(channel.peer());
        if (!server.authoriser().admits(channel.peer(), leg.party().address())) {
            refused(leg, Reason.UNAUTHORIZED, "this identity may not use the relay");
            return;
        }
        serve(leg.provedBy(new PeerKey(OffsetServer.NAME, channel.peer().toString())), channel, age, arrival);
    }

    private static ByteBuffer firstBytes(Inbound leg) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(FirstBytes.LENGTH);
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
    private void serve(Inbound leg, SecureChannel channel, LengthPrefix age, Arrivals.Arrival arrival)
            throws IOException {
        Optional<InitConnection> early =
                age == LengthPrefix.U32 ? Optional.of(firstMessage(leg, channel)) : Optional.empty();
        KeepAlive kept = KeepAlive.over(channel, "the client", server.settings(), ticks);
        try {
            InitConnection wanted = early.isPresent() ? early.get() : firstMessage(leg, kept);
            serve(new Client(leg, kept, age), arrival, wanted);
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

    private void serve(Client client, Arrivals.Arrival arrival, InitConnection wanted) throws InterruptedException {
        switch (wanted) {
            case InitConnection.Listen listen -> switchboard.listen(client, arrival);
            case InitConnection.Connect connect ->
                switchboard.connect(
                        client, arrival, Ed25519PublicKey.of(connect.publicKey().bytes()));
            case InitConnection.Accept accept -> {
                arrival.close();
                switchboard.accept(
                        client, Ed25519PublicKey.of(accept.publicKey().bytes()));
            }
        }
    }

    private InitConnection firstMessage(Inbound leg, MessageStream channel) throws IOException {
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
        return switchboard.arrivals().isEmpty();
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

    private void refused(Inbound leg, Reason reason, String why) {
        services.events()
                .on(new RelayEvent.Refused(
                        Optional.of(OffsetServer.NAME), leg.party().shown(), reason, why));
        leg.close();
    }

    @Override
    public void drain() {
        switchboard.close();
    }

    /** Tunnels of this server have no keepalives any more afterwards: its relay ends them. */
    @Override
    public void close() {
        drain();
        ownTicks.ifPresent(TickClock::close);
    }

    /** {@inheritDoc} The protocol has no word for it. */
    @Override
    public void refuse(Inbound connection, Reason why, String detail) {
        connection.close();
    }

    /** {@inheritDoc} As {@code offset://HOST:PORT/KEY}. */
    @Override
    public List<String> addresses(List<String> hosts) {
        return hosts.stream()
                .map(host -> "offset://" + host + "/" + server.publicKey())
                .toList();
    }
}
