package dev.posthouse.cli.streams;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;

/**
 * A channel that moves bytes like a blocking one whatever the mode of its descriptor. The mode belongs to the open file,
 * which other processes share and may change at any time, so it is neither asked nor set. Not for two movers at a time; any
 * thread may close.
 *
 * @param <C> what lies below
 */
abstract sealed class WaitingChannel<C extends Channel> implements Channel permits WaitingInput, WaitingOutput {

    /** One read or write of the channel below, of zero bytes if it is not ready. */
    @FunctionalInterface
    interface Move {
        int run() throws IOException;
    }

    private final C channel;
    private final String undone;

    /**
     * Moves bytes of a channel, which is closed with this one.
     *
     * @param undone what a failure begins with: {@code cannot read standard input}
     */
    WaitingChannel(C channel, String undone) {
        this.channel = channel;
        this.undone = undone;
    }

    final C below() {
        return channel;
    }

    /**
     * Tries once, without waiting.
     *
     * @throws StandardStreamFailure if the system fails it
     * @throws ClosedChannelException if it is closed, before or meanwhile
     */
    final int once(Move move) throws IOException {
        try {
            return move.run();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw new StandardStreamFailure(undone + ": " + SystemReason.of(e), e);
        }
    }

    @Override
    public final boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public final void close() throws IOException {
        channel.close();
    }
}
