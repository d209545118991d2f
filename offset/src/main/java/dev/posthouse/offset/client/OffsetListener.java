package dev.posthouse.offset.client;

import dev.posthouse.net.TimedOut;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.Octets;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Waits for peers at one relay or at several (spec 8.2, 8.3). Who asks and is allowed is set up in the background: at most 64 connections
 * are being set up or wait to be taken, 256 more requests wait for that; the others, and who is not allowed, are rejected at once.
 *
 * <p>At one relay, opening it fails if the relay cannot be reached, and it ends when its listen channel does. At several it goes on for
 * ever: a channel that ends or cannot be opened is tried again after some 8 ticks, later up to 256.
 *
 * <p>An identity has one listen channel at a relay: where two are opened, a relay of ours keeps the newest, the original the first.
 *
 * <p>Thread-safe. Ended by {@link #close}; connections that were taken live on.
 */
public final class OffsetListener implements AutoCloseable {

    /**
     * What a relay is to the listener at this moment.
     *
     * @param relay which one
     * @param listening whether the listen channel stands
     * @param failure why it did not the last time, if it does not
     */
    public record State(RelayAddress relay, boolean listening, Optional<IOException> failure) {}

    private final Legs legs;
    private final Admission admission;
    private final Supplier<RandomGenerator> randomness;
    private final Consumer<OffsetListener> onClose;
    private final Attempts attempts = new Attempts("listener");
    private final Intake intake = new Intake(this::accept);
    private final boolean persistent;
    private final long startNanos = System.nanoTime();
    // These two guarded by this.
    private final Map<RelayAddress, Post> posts = new LinkedHashMap<>();
    private boolean closed;

    private OffsetListener(
            Legs legs,
            Admission admission,
            Supplier<RandomGenerator> randomness,
            Consumer<OffsetListener> onClose,
            boolean persistent) {
        this.legs = legs;
        this.admission = admission;
        this.randomness = randomness;
        this.onClose = onClose;
        this.persistent = persistent;
    }

    /** At one relay; ends with its channel. */
    static OffsetListener at(Legs legs, Admission admission, Consumer<OffsetListener> onClose) {
        return new OffsetListener(legs, admission, RandomGenerator::getDefault, onClose, false);
    }

    /** At any number of relays, none to begin with. */
    static OffsetListener atSeveral(
            Legs legs, Admission admission, Supplier<RandomGenerator> randomness, Consumer<OffsetListener> onClose) {
        return new OffsetListener(legs, admission, randomness, onClose, true);
    }

    /**
     * Opens the one channel.
     *
     * @param limit zero for none but those of its parts
     */
    void open(RelayAddress relay, Duration limit) throws IOException {
        var post = new Post(relay);
        var progress = new Progress();
        ListenChannel channel;
        try {
            channel = attempts.run(limit, () -> post.open(progress), ListenChannel::abort);
        } catch (TimedOut e) {
            throw progress.explain(e, limit);
        }
        synchronized (this) {
            posts.put(relay, post);
        }
        if (!post.entered(channel)) {
            throw new IOException("the listener was closed");
        }
        Thread.ofVirtual().name("offset listen").start(() -> intake.end(post.serve(channel)));
    }

    /**
     * Changes the relays of a listener at several: channels at new ones are opened, those at others closed; what stays is not touched.
     *
     * @throws IllegalStateException if it listens at one relay only
     */
    public void relays(List<RelayAddress> relays) {
        if (!persistent) {
            throw new IllegalStateException("a listener at one relay stays there: listen at a list of relays");
        }
        var wanted = new LinkedHashSet<>(relays);
        synchronized (this) {
            if (closed) {
                return;
            }
            posts.values().removeIf(post -> {
                boolean left = !wanted.contains(post.relay);
                if (left) {
                    post.close();
                }
                return left;
            });
            for (RelayAddress relay : wanted) {
                posts.computeIfAbsent(relay, added -> {
                    var post = new Post(added);
                    Thread.ofVirtual().name("offset listen").start(post::keepListening);
                    return post;
                });
            }
        }
    }

    /** How it stands with each relay, in the order in which they were given. */
    public synchronized List<State> states() {
        return posts.values().stream().map(Post::state).toList();
    }

    /**
     * Waits for the next connection. Any number of threads may; interrupting one ends its wait, and nothing else.
     *
     * @return the caller's to close
     * @throws InterruptedIOException if the thread was interrupted, which stays set
     * @throws IOException if the listener was closed, or is one at one relay and has ended, with the cause
     */
    public OffsetConnection accept() throws IOException {
        return accept(Duration.ZERO);
    }

    /**
     * The same, but not for longer than that.
     *
     * @param limit zero for no limit
     * @throws TimedOut if no connection came in that time
     */
    public OffsetConnection accept(Duration limit) throws IOException {
        return intake.take(limit);
    }

    /** Sets up what was asked for (spec 8.2, 9); on a thread of the intake's. */
    private OffsetConnection accept(Intake.Request request) throws IOException {
        Legs.Leg leg;
        try {
            var role = new InitConnection.Accept(Octets.of(request.from().bytes()));
            leg = attempts.run(
                    legs.setupLimit(), () -> legs.reach(request.relay(), role, new Progress()), Legs.Leg::abort);
        } catch (IOException e) {
            request.reject().run();
            throw e;
        }
        try {
            return attempts.run(
                    Duration.ZERO,
                    () -> legs.tunnel(leg, request.from(), startNanos, request.atNanos()),
                    OffsetConnection::abort);
        } catch (IOException e) {
            // Nothing is said to the relay: it has joined us, and may hold a newer request of the same peer.
            leg.abort();
            throw e;
        }
    }

    /** Closes the listen channels in order, and sends away whoever was not taken. Does not block. A second call does nothing. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            posts.values().forEach(Post::close);
        }
        attempts.close();
        intake.close();
        onClose.accept(this);
    }

    /** One relay, and the channel there. */
    private final class Post {

        private final RelayAddress relay;
        private final Attempts reaching = new Attempts("listener");
        // All guarded by this.
        private @Nullable ListenChannel channel;
        private @Nullable IOException failure;
        private boolean left;

        Post(RelayAddress relay) {
            this.relay = relay;
        }

        ListenChannel open(Progress progress) throws IOException {
            return ListenChannel.open(legs, relay, admission, intake, progress);
        }

        /** Notes a channel that stands; closes it instead, and says no, if it is not wanted any more. */
        synchronized boolean entered(ListenChannel opened) {
            if (left) {
                opened.close();
                return false;
            }
            channel = opened;
            failure = null;
            return true;
        }

        /** Serves a channel until it ends, and says why it did. */
        IOException serve(ListenChannel opened) {
            try {
                opened.run();
                throw new IllegalStateException("a listen channel ends with its cause");
            } catch (IOException e) {
                ended(e);
                return e;
            }
        }

        private synchronized void ended(IOException why) {
            channel = null;
            failure = why;
        }

        void keepListening() {
            var backOff = new BackOff(legs.channels().ticks(), randomness.get());
            while (!reaching.isClosed()) {
                try {
                    ListenChannel opened =
                            reaching.run(Duration.ZERO, () -> open(new Progress()), ListenChannel::abort);
                    backOff.reset();
                    if (!entered(opened)) {
                        return;
                    }
                    serve(opened);
                } catch (IOException e) {
                    ended(e);
                }
                try {
                    reaching.run(
                            Duration.ZERO,
                            () -> {
                                backOff.pause();
                                return backOff;
                            },
                            paused -> {});
                } catch (IOException e) {
                    return; // closed
                }
            }
        }

        synchronized State state() {
            return new State(relay, channel != null, Optional.ofNullable(failure));
        }

        synchronized void close() {
            left = true;
            reaching.close();
            if (channel != null) {
                channel.close();
            }
        }
    }
}
