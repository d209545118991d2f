package dev.posthouse.bench.contestant;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;

/**
 * The two outer ends of one tunnel through an Offset relay: both clients' legs, with nothing end to end within them. Bulk is
 * messages of 32 KiB.
 *
 * @param dialer the connect channel
 * @param acceptor the accept channel
 */
public record Tunnel(OffsetLeg dialer, OffsetLeg acceptor) implements Circuit {
    private static final int MESSAGE = 32 * 1024;

    @Override
    public Sender sender() {
        byte[] message = new byte[MESSAGE];
        // What goes through a tunnel is encrypted as a rule, and does not shrink when it is packed, as zeros would.
        new Random(MESSAGE).nextBytes(message);
        return () -> {
            dialer.channel().send(ByteBuffer.wrap(message));
            return MESSAGE;
        };
    }

    @Override
    public Receiver receiver() {
        return () -> acceptor.channel().receive().map(ByteBuffer::remaining).orElse(-1);
    }

    @Override
    public Optional<String> gone() throws IOException {
        Optional<String> atDialer = dialer.gone();
        return atDialer.isPresent() ? atDialer : acceptor.gone();
    }

    @Override
    public void abort() {
        dialer.close();
        acceptor.close();
    }

    @Override
    public void close() throws IOException {
        acceptor.channel().close();
        dialer.channel().close();
    }
}
