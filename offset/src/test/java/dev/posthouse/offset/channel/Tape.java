package dev.posthouse.offset.channel;

import dev.posthouse.net.MessageStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What is below a channel in a test: messages are put in by hand, and what is sent is looked at. */
final class Tape implements MessageStream {

    /** Empty: its end. */
    private final BlockingQueue<Optional<byte[]>> in = new LinkedBlockingQueue<>();

    private final BlockingQueue<byte[]> out = new LinkedBlockingQueue<>();
    private volatile boolean closed;

    /** Gives the channel its next message. */
    Tape put(byte[] message) {
        in.add(Optional.of(message.clone()));
        return this;
    }

    /** What the channel sends next. */
    byte[] next() throws InterruptedException {
        byte[] sent = out.poll(20, TimeUnit.SECONDS);
        if (sent == null) {
            throw new AssertionError("nothing was sent");
        }
        return sent;
    }

    /** Messages that were sent and not looked at. */
    int unseen() {
        return out.size();
    }

    boolean closed() {
        return closed;
    }

    @Override
    public Optional<ByteBuffer> receive() throws IOException {
        try {
            return Optional.of(ByteBuffer.wrap(in.take().orElseThrow(AsynchronousCloseException::new)));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void send(ByteBuffer message) throws IOException {
        if (closed) {
            throw new AsynchronousCloseException();
        }
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        out.add(bytes);
    }

    @Override
    public int longest() {
        return 1 << 20;
    }

    @Override
    public void shutdownOutput() {
        close();
    }

    @Override
    public void abort() {
        close();
    }

    @Override
    public void close() {
        closed = true;
        in.add(Optional.empty());
    }
}
