package dev.posthouse.cli.streams;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;

/**
 * A channel that writes like a blocking one whatever the mode of its descriptor: everything that it is given, or it fails.
 * Why the mode is neither asked nor set stands at {@link WaitingInput}. Not for two writers at a time; any thread may close.
 */
final class WaitingOutput implements WritableByteChannel {

    private final WritableByteChannel channel;
    private final String name;

    /**
     * Writes to a channel, which is closed with this one.
     *
     * @param name for messages: {@code standard output}
     */
    WaitingOutput(WritableByteChannel channel, String name) {
        this.channel = channel;
        this.name = name;
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
            if (once(source) == 0) {
                patience.sleep();
            } else {
                patience = new Patience(this);
            }
        }
        return all;
    }

    private int once(ByteBuffer source) throws IOException {
        try {
            return channel.write(source);
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw new StandardStreamFailure("cannot write to " + name + ": " + SystemReason.of(e), e);
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
