package dev.posthouse.cli.streams;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Where text for a standard stream is written, from any thread, with what the JDK's own stream lacks: it keeps the first
 * failure, which a {@link java.io.PrintStream} swallows, and it loses nothing when the descriptor is non-blocking, where the
 * JDK's stream fails after having written a part that it does not tell.
 *
 * <p>The channel below is written to by a thread that nobody knows: an interrupt of a thread that writes to a channel closes
 * it, and one interrupted message must not be the last one. A caller waits until its bytes are written, interrupted or not.
 */
final class TextOutput extends OutputStream {

    private final WritableByteChannel channel;
    private final ExecutorService writing = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("posthouse-text-", 0).factory());
    private volatile Optional<IOException> failure = Optional.empty();

    /** Writes to a channel that takes everything or fails. */
    TextOutput(WritableByteChannel channel) {
        this.channel = channel;
    }

    /** The first failure; what came after it was not written. */
    Optional<IOException> failure() {
        return failure;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return;
        }
        Future<Integer> written = writing.submit(() -> channel.write(ByteBuffer.wrap(bytes, offset, length)));
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    written.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw noted(e.getCause() instanceof IOException cause ? cause : new IOException(e));
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private IOException noted(IOException thrown) {
        if (failure.isEmpty()) {
            failure = Optional.of(thrown);
        }
        return thrown;
    }
}
