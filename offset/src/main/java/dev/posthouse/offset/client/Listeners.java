package dev.posthouse.offset.client;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The listeners of a client, which end with it. Thread-safe. */
final class Listeners implements AutoCloseable {

    private final Set<OffsetListener> all = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * One more.
     *
     * @return the same
     * @throws IOException if the client was closed; the listener is closed then, too
     */
    OffsetListener add(OffsetListener listener) throws IOException {
        all.add(listener);
        if (closed) {
            listener.close();
            throw new IOException("the client was closed");
        }
        return listener;
    }

    /** One was closed. */
    void remove(OffsetListener listener) {
        all.remove(listener);
    }

    @Override
    public void close() {
        closed = true;
        all.forEach(OffsetListener::close);
    }
}
