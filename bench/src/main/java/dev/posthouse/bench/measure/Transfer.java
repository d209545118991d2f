package dev.posthouse.bench.measure;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** Bulk in one direction through one pair: a task that sends and a task that reads and discards. */
final class Transfer {
    /** Large enough that system calls do not decide; twice as much brought nothing. */
    private static final int BLOCK = 128 * 1024;

    private Transfer() {}

    /** Sends until the channel is closed, which is an end and no failure if {@code stopped} says so by then. */
    static Callable<Void> sending(SocketChannel to, BooleanSupplier stopped) {
        return () -> {
            ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
            try {
                while (true) {
                    block.clear();
                    to.write(block);
                }
            } catch (IOException e) {
                return endOrFail(stopped, e);
            }
        };
    }

    /** @param received counts bytes; written by this task only */
    static Callable<Void> receiving(SocketChannel from, AtomicLong received, BooleanSupplier stopped) {
        return () -> {
            ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
            try {
                while (true) {
                    block.clear();
                    int count = from.read(block);
                    if (count < 0) {
                        throw new IOException("the relay ended a circuit under load");
                    }
                    received.setRelease(received.getPlain() + count);
                }
            } catch (IOException e) {
                return endOrFail(stopped, e);
            }
        };
    }

    // The result of a Callable<Void> can only be null.
    @SuppressWarnings("NullAway")
    private static Void endOrFail(BooleanSupplier stopped, IOException e) throws IOException {
        if (stopped.getAsBoolean()) {
            return null;
        }
        throw e;
    }
}
