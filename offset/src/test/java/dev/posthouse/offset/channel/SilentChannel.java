package dev.posthouse.offset.channel;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.crypto.RecordCipher;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.budget.HeldMessage;
import dev.posthouse.offset.wire.FrameStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A connection whose peer says nothing until it ends, or is ended here; neither ciphers nor threads are involved. */
public final class SilentChannel implements MessageStream {

    private final AtomicInteger closes = new AtomicInteger();
    // Guarded by this.
    private boolean over;

    /** What is spoken over it, with a peer that has proved to be that one. */
    public KeepAlive of(Ed25519PublicKey peer, Ticks ticks) {
        var keys = new KeyPair<>(RecordCipher.ofKey(new byte[32]), RecordCipher.ofKey(new byte[32]));
        var channel = new SecureChannel(
                this,
                new Handshake.Agreed(peer, keys, 0),
                ChannelSettings.DEFAULT,
                Randomness.secure(0),
                HeldMessage.uncounted());
        return KeepAlive.over(channel, "the client", ChannelSettings.DEFAULT, ticks);
    }

    /** How often it was closed or aborted. */
    public int closes() {
        return closes.get();
    }

    /** The peer ends it. */
    public synchronized void end() {
        over = true;
        notifyAll();
    }

    @Override
    public synchronized Optional<ByteBuffer> receive() {
        try {
            while (!over) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return Optional.empty();
    }

    @Override
    public void send(ByteBuffer message) {
        throw new AssertionError("nothing is sent");
    }

    @Override
    public int longest() {
        return FrameStream.DEFAULT_LONGEST;
    }

    @Override
    public void shutdownOutput() {}

    @Override
    public void abort() {
        close();
    }

    @Override
    public void close() {
        closes.incrementAndGet();
        end();
    }
}
