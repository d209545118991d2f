package dev.posthouse.interop.soak;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.wire.IncomingConnection;
import dev.posthouse.offset.wire.InitConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A listener of Offset: who calls it is read on a thread of its own until its channel ends. */
final class Callee {

    private static final long LOOK_MILLIS = 50;

    private final Ed25519KeyPair own;
    private final KeepAlive leg;
    private final BlockingQueue<Ed25519PublicKey> calls = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    private Callee(Ed25519KeyPair own, KeepAlive leg) {
        this.own = own;
        this.leg = leg;
    }

    static Callee listen(Visit visit, Ed25519KeyPair own) throws IOException {
        var callee = new Callee(own, visit.leg(own, new InitConnection.Listen()));
        Thread.ofVirtual().name("callee").start(callee::read);
        return callee;
    }

    private void read() {
        try {
            for (Optional<ByteBuffer> message = leg.receive(); message.isPresent(); message = leg.receive()) {
                calls.add(Ed25519PublicKey.of(
                        IncomingConnection.decode(message.get()).publicKey().bytes()));
            }
        } catch (IOException e) {
            // it was ended
        } finally {
            leg.abort();
            ended.countDown();
        }
    }

    Ed25519KeyPair own() {
        return own;
    }

    KeepAlive leg() {
        return leg;
    }

    /**
     * Waits until it hears of a caller.
     *
     * @param incoming the caller's own
     * @return false if the caller was sent away instead
     */
    boolean toldOf(Ed25519PublicKey caller, Incoming incoming) throws IOException, InterruptedException {
        while (true) {
            Ed25519PublicKey told = calls.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (told != null && told.equals(caller)) {
                return true;
            }
            if (told == null && ended.getCount() == 0) {
                throw new IOException("the listener's channel was ended");
            }
            if (told == null && incoming.ended()) {
                return false;
            }
        }
    }

    /** Goes, and waits until its reader has. */
    void leave() throws IOException, InterruptedException {
        leg.close();
        ended.await();
    }

    void awaitEnd() throws InterruptedException {
        ended.await();
    }
}
