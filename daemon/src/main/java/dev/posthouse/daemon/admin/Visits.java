package dev.posthouse.daemon.admin;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The open connections of the admin pages, a bounded number of them. A newcomer always finds room: if there is none, the oldest
 * connection that has not asked yet is cut, or the oldest of all if each has. So whoever asks at once is answered, however many
 * connect and say nothing.
 *
 * <p>Guarded by this; a connection is cut outside of the lock.
 */
final class Visits implements AutoCloseable {

    /** One connection. */
    static final class Visit {
        private final TcpStream stream;
        private volatile boolean asked;

        Visit(TcpStream stream) {
            this.stream = stream;
        }

        TcpStream stream() {
            return stream;
        }

        /** Says that its request is whole. */
        void asked() {
            asked = true;
        }
    }

    private final int most;
    /** In the order in which they came. */
    private final LinkedHashSet<Visit> open = new LinkedHashSet<>();

    private boolean closed;

    /** @param most connections at once, at least one */
    Visits(int most) {
        this.most = most;
    }

    /** Lets one in, and cuts another if need be; cuts this one if it is closed. */
    void enter(Visit visit) {
        Optional<Visit> cut = admit(visit);
        cut.map(Visit::stream).ifPresent(ByteStream::abort);
    }

    private synchronized Optional<Visit> admit(Visit visit) {
        if (closed) {
            return Optional.of(visit);
        }
        Optional<Visit> cut = open.size() < most ? Optional.empty() : Optional.of(expendable());
        cut.ifPresent(open::remove);
        open.add(visit);
        return cut;
    }

    private Visit expendable() {
        for (Visit visit : open) {
            if (!visit.asked) {
                return visit;
            }
        }
        return open.getFirst();
    }

    /** Lets one go, and closes it. */
    void leave(Visit visit) {
        synchronized (this) {
            open.remove(visit);
        }
        try {
            visit.stream().close();
        } catch (IOException e) {
            // The descriptor is gone all the same.
        }
    }

    /** How many there are. */
    synchronized int size() {
        return open.size();
    }

    /** Cuts all, and whoever comes. */
    @Override
    public void close() {
        Set<Visit> all;
        synchronized (this) {
            closed = true;
            all = new LinkedHashSet<>(open);
            open.clear();
        }
        all.forEach(visit -> visit.stream().abort());
    }
}
