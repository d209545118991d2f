package dev.posthouse.bench.contestant;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.Octets;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The clients of one Offset relay: one that connects to all others, of which one listens for each slot. Any thread, but each
 * slot belongs to one thread at a time.
 */
final class OffsetClients implements Closeable {
    private final OffsetLegs legs;
    private final Ed25519KeyPair connector = Ed25519KeyPair.generate();
    private final List<OffsetListener> listeners = new ArrayList<>();

    private OffsetClients(OffsetLegs legs) {
        this.legs = legs;
    }

    /**
     * Waits until all listeners can be called.
     *
     * @param key who the relay must be
     */
    static OffsetClients of(InetSocketAddress relay, Ed25519PublicKey key) throws IOException {
        var clients = new OffsetClients(new OffsetLegs(relay, key));
        try {
            for (int slot = 0; slot < RunningRelay.SLOTS; slot++) {
                clients.listeners.add(OffsetListener.open(clients.legs));
            }
            return clients;
        } catch (IOException e) {
            clients.close();
            throw e;
        }
    }

    /** Makes a tunnel and sends one byte each way through it. */
    Tunnel openTunnel(int slot) throws IOException {
        OffsetListener listener = listeners.get(slot);
        OffsetLeg dialer = listener.callAndAwaitNotice(connector);
        try {
            OffsetLeg acceptor = legs.open(
                    listener.identity(),
                    new InitConnection.Accept(Octets.of(connector.publicKey().bytes())));
            try {
                pass(dialer.channel(), acceptor.channel());
                pass(acceptor.channel(), dialer.channel());
                return new Tunnel(dialer, acceptor);
            } catch (IOException e) {
                acceptor.close();
                throw e;
            }
        } catch (IOException e) {
            dialer.close();
            throw e;
        }
    }

    private static void pass(KeepAlive from, KeepAlive to) throws IOException {
        from.send(ByteBuffer.allocate(1));
        int length = to.receive()
                .orElseThrow(() -> new EOFException("the relay closed a new tunnel"))
                .remaining();
        if (length != 1) {
            throw new IOException("the relay made " + length + " bytes of one");
        }
    }

    /** Leaves a new client waiting; that the relay has it is acknowledged if it waits for an answer. */
    OffsetLeg openWaiting(WaitingRole role, int slot) throws IOException {
        return switch (role) {
            case CALLERS -> legs.open(Ed25519KeyPair.generate(), new InitConnection.Listen());
            case ANSWER -> listeners.get(slot).callAndAwaitNotice(Ed25519KeyPair.generate());
            case PARTNER -> throw new IllegalArgumentException("in Offset a peer waits for callers or for an answer");
        };
    }

    @Override
    public void close() {
        listeners.forEach(OffsetListener::close);
        legs.close();
    }
}
