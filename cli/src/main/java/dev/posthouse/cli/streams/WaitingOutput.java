package dev.posthouse.cli.streams;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;

/** One that writes: everything that it is given, or it fails. */
final class WaitingOutput extends WaitingChannel<WritableByteChannel> implements WritableByteChannel {

    /**
     * Writes to a channel, which is closed with this one.
     *
     * @param name for messages: {@code standard output}
     */
    WaitingOutput(WritableByteChannel channel, String name) {
        super(channel, "cannot write to " + name);
    }

    /**
     * Writes all that the buffer has, waiting for room. After a failure the buffer's position tells what was taken.
     *
     * @throws StandardStreamFailure if the system fails the writing
     * @throws ClosedChannelException if it is closed, before or meanwhile
     */
    @Override
    public int write(ByteBuffer source) throws IOException {
        int all = source.remaining();
        var patience = new Patience(this);
        while (source.hasRemaining()) {
            if (once(() -> below().write(source)) == 0) {
                patience.sleep();
            } else {
                patience = new Patience(this);
            }
        }
        return all;
    }
}
