package dev.posthouse.bench.contestant;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.offset.wire.IncomingConnection;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.Octets;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The listener of one slot: connectors that come to it are its slot's. Notices are read on a virtual thread of its own, which
 * ends with the connection.
 */
final class OffsetListener implements Closeable {
    /** Far above the longest set-up that was seen, so that only a relay that fails reaches it. */
    private static final Duration NOTICE_LIMIT = Duration.ofSeconds(5);

    /** After which another is sent: the protocol does not say from when on somebody listens. */
    private static final Duration PROBE_LIMIT = Duration.ofMillis(100);

    private static final int PROBES = 50;

    private final OffsetLegs legs;
    private final Ed25519KeyPair identity;
    private final OffsetLeg leg;
    private final BlockingQueue<Ed25519PublicKey> notices = new LinkedBlockingQueue<>();

    private OffsetListener(OffsetLegs legs, Ed25519KeyPair identity, OffsetLeg leg) {
        this.legs = legs;
        this.identity = identity;
        this.leg = leg;
    }

    /** Opens one and waits until the relay passes callers on to it. */
    static OffsetListener open(OffsetLegs legs) throws IOException {
        Ed25519KeyPair identity = Ed25519KeyPair.generate();
        var listener = new OffsetListener(legs, identity, legs.open(identity, new InitConnection.Listen()));
        Thread.ofVirtual().name("notices").start(listener::read);
        try {
            listener.awaitListening();
            return listener;
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    private void awaitListening() throws IOException {
        for (int i = 0; i < PROBES; i++) {
            Ed25519KeyPair caller = Ed25519KeyPair.generate();
            OffsetLeg probe = call(caller);
            boolean told = isTold(caller.publicKey(), PROBE_LIMIT);
            probe.close();
            if (told) {
                return;
            }
        }
        throw new IOException("the relay passes nobody on to a listener");
    }

    private void read() {
        try {
            for (Optional<ByteBuffer> message = leg.channel().receive();
                    message.isPresent();
                    message = leg.channel().receive()) {
                notices.add(Ed25519PublicKey.of(
                        IncomingConnection.decode(message.get()).publicKey().bytes()));
            }
        } catch (IOException e) {
            // Whoever waits for a notice says that none came.
        }
    }

    /** Who accepts here. */
    Ed25519KeyPair identity() {
        return identity;
    }

    /** A connect channel to this listener, of which it may not have been told yet. */
    OffsetLeg call(Ed25519KeyPair caller) throws IOException {
        return legs.open(
                caller,
                new InitConnection.Connect(Octets.of(identity.publicKey().bytes())));
    }

    /** The same, of which it has been told. */
    OffsetLeg callAndAwaitNotice(Ed25519KeyPair caller) throws IOException {
        OffsetLeg call = call(caller);
        try {
            if (!isTold(caller.publicKey(), NOTICE_LIMIT)) {
                throw new IOException("the relay told its listener of no caller within " + NOTICE_LIMIT.toSeconds()
                        + " s: " + call.gone().orElse("still waiting"));
            }
            return call;
        } catch (IOException e) {
            call.close();
            throw e;
        }
    }

    /** Whether there is a notice of {@code caller}; older ones, of probes, are dropped. */
    private boolean isTold(Ed25519PublicKey caller, Duration limit) throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        try {
            while (true) {
                Ed25519PublicKey told = notices.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (told == null) {
                    return false;
                }
                if (told.equals(caller)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a tunnel was opened");
        }
    }

    @Override
    public void close() {
        leg.close();
    }
}
