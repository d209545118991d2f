package dev.posthouse.bench.contestant;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * The two outer ends of one circuit that carries bytes.
 *
 * @param dialer blocking
 * @param acceptor blocking
 */
public record Pair(SocketChannel dialer, SocketChannel acceptor) implements Circuit {
    /** Large enough that system calls do not decide; twice as much brought nothing. */
    private static final int BLOCK = 128 * 1024;

    @Override
    public Sender sender() {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        return () -> dialer.write(block.clear());
    }

    @Override
    public Receiver receiver() {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        return () -> acceptor.read(block.clear());
    }

    @Override
    public Optional<String> gone() throws IOException {
        Optional<String> atDialer = new SilentPeer(dialer).gone();
        return atDialer.isPresent() ? atDialer : new SilentPeer(acceptor).gone();
    }

    @Override
    public void close() throws IOException {
        // The acceptor first: what then lingers in TIME_WAIT is mostly on its one port and not on the many of dialers.
        try (dialer) {
            acceptor.close();
        }
    }
}
