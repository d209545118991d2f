package dev.posthouse.cli.streams;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;

/**
 * A channel that reads like a blocking one whatever the mode of its descriptor: never zero bytes into a buffer with room. The
 * mode belongs to the open file, which other processes share and may change at any time, so it is neither asked nor set.
 * Not for two readers at a time; any thread may close.
 */
final class WaitingInput implements ReadableByteChannel {

    private final ReadableByteChannel channel;
    private final String name;

    /**
     * Reads from a channel, which is closed with this one.
     *
     * @param name for messages: {@code standard input}
     */
    WaitingInput(ReadableByteChannel channel, String name) {
        this.channel = channel;
        this.name = name;
    }

    /**
     * Reads at least one byte, waiting for it, or the end.
     *
     * @throws StandardStreamFailure if the system fails the reading
     * @throws ClosedChannelException if it is closed, before or meanwhile
     */
    @Override
    public int read(ByteBuffer target) throws IOException {
        var patience = new Patience(this);
        while (true) {
            int count = once(target);
            if (count != 0 || !target.hasRemaining()) {
                return count;
            }
            patience.sleep();
        }
    }

    private int once(ByteBuffer target) throws IOException {
        try {
            return channel.read(target);
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw new StandardStreamFailure("cannot read " + name + ": " + SystemReason.of(e), e);
        }
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
