package dev.posthouse.cli.streams;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;

/** One that reads: never zero bytes into a buffer with room. */
final class WaitingInput extends WaitingChannel<ReadableByteChannel> implements ReadableByteChannel {

    /**
     * Reads from a channel, which is closed with this one.
     *
     * @param name for messages: {@code standard input}
     */
    WaitingInput(ReadableByteChannel channel, String name) {
        super(channel, "cannot read " + name);
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
            int count = once(() -> below().read(target));
            if (count != 0 || !target.hasRemaining()) {
                return count;
            }
            patience.sleep();
        }
    }
}
