package dev.posthouse.net.memory;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.PeerUnreachable;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Accepts what is dialled under one name of a {@link MemoryNetwork}. Thread-safe; everything is guarded by one lock. */
public final class MemoryListener implements AutoCloseable {

    /** How many may wait to be accepted, as a socket's backlog bounds them. */
    private static final int BACKLOG = 4096;

    private final String name;
    private final Consumer<String> onClose;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteStream> waiting = new ArrayDeque<>();
    private boolean closed;

    MemoryListener(String name, Consumer<String> onClose) {
        this.name = name;
        this.onClose = onClose;
    }

    /** The name it listens under. */
    public String name() {
        return name;
    }

    /**
     * Waits for the next connection.
     *
     * @return connected; the caller's to close
     * @throws IOException if this listener is or was closed, or the thread interrupted, which closes it
     */
    public ByteStream accept() throws IOException {
        try {
            lock.lockInterruptibly();
            try {
                while (!closed && waiting.isEmpty()) {
                    changed.await();
                }
                if (closed) {
                    throw new AsynchronousCloseException();
                }
                return waiting.remove();
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }
    }

    void offer(ByteStream stream) throws PeerUnreachable {
        lock.lock();
        try {
            if (closed) {
                throw new PeerUnreachable("the listener " + name + " was closed");
            }
            if (waiting.size() >= BACKLOG) {
                throw new PeerUnreachable("already " + BACKLOG + " wait to be accepted by " + name);
            }
            waiting.add(stream);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Ends waiting accepts, resets those that were not accepted yet, and frees the name. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            waiting.forEach(ByteStream::abort);
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        onClose.accept(name);
    }
}
