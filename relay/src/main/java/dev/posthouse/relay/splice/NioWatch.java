package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A raw TCP socket that waits on a {@link SelectorLoop}.
 *
 * <p>States: <i>watching</i>, with a key once the loop has registered it; <i>over</i>, and by then the key is cancelled
 * and the channel blocks again. The one change between them is made under this object's lock, by the loop or by the
 * thread that releases; nobody blocks on a peer under it. It is its own timer, for the sake of its size.
 */
final class NioWatch extends Timed implements Watch, KeyHandler, Runnable {

    private final SelectorLoop loop;
    private final TcpStream stream;
    private final long limitNanos;
    private final Consumer<WatchEnd> onEnd;
    // Guarded by this.
    private @Nullable SelectionKey key;
    // Guarded by this.
    private boolean over;
    // Set before it is told; kept here, so that nothing need be allocated to tell it.
    private WatchEnd.Cause cause = WatchEnd.Cause.SHUTDOWN;
    private ByteStream rest;

    /** @param loop counts this watch already */
    NioWatch(SelectorLoop loop, TcpStream stream, long limitNanos, Consumer<WatchEnd> onEnd) {
        this.loop = loop;
        this.stream = stream;
        this.rest = stream;
        this.limitNanos = limitNanos;
        this.onEnd = onEnd;
    }

    /**
     * Hands the stream to the loop. Called by the thread that watches.
     *
     * @return false if the loop takes nobody any more: the stream is another loop's to watch, or to be {@linkplain #refuse refused}
     */
    boolean submit() {
        try {
            // Here and not on the loop: this waits for anybody who, against the contract, still reads or writes.
            stream.channel().configureBlocking(false);
        } catch (IOException e) {
            // closed: a read will say so
            end(WatchEnd.Cause.READABLE, stream);
            return true;
        }
        return loop.submit(this::start);
    }

    /** Ends a watch that no loop ever saw. */
    void refuse() {
        end(WatchEnd.Cause.SHUTDOWN, stream);
    }

    SelectorLoop loop() {
        return loop;
    }

    private void start() {
        try {
            register();
        } catch (RuntimeException | Error e) {
            // No memory, say: nobody would ever hear of it again.
            endOnLoop(WatchEnd.Cause.SHUTDOWN);
            throw e;
        }
    }

    private void register() {
        synchronized (this) {
            if (over) {
                return;
            }
            try {
                key = loop.register(stream.channel(), SelectionKey.OP_READ, this);
            } catch (IOException e) {
                // closed: a read will say so
                endOnLoop(WatchEnd.Cause.READABLE);
                return;
            }
        }
        if (limitNanos != 0) {
            loop.timers().arm(this, loop.now() + limitNanos);
        }
    }

    @Override
    public void ready(SelectionKey ready) {
        loop.timers().disarm(this);
        endOnLoop(WatchEnd.Cause.READABLE);
    }

    @Override
    void expired(long now) {
        endOnLoop(WatchEnd.Cause.TIMED_OUT);
    }

    @Override
    public void stop(Reason reason, @Nullable Throwable cause) {
        loop.timers().disarm(this);
        endOnLoop(WatchEnd.Cause.SHUTDOWN);
    }

    @Override
    public Optional<ByteStream> release() {
        ByteBuffer probe = ByteBuffer.allocate(1);
        synchronized (this) {
            if (over) {
                return Optional.empty();
            }
            if (isReadable(probe)) {
                end(WatchEnd.Cause.READABLE, PushbackStream.of(stream, probe.flip()));
                return Optional.empty();
            }
            take();
        }
        // Also wakes the selector, which lets go of the key: until then a closed channel keeps its descriptor.
        loop.submit(() -> loop.timers().disarm(this));
        return Optional.of(stream);
    }

    /** Looks for what the loop has not come to yet: a peer that has just left must not be taken for one that waits. */
    private boolean isReadable(ByteBuffer probe) {
        try {
            return stream.channel().read(probe) != 0;
        } catch (IOException e) {
            return true;
        }
    }

    private void end(WatchEnd.Cause why, ByteStream back) {
        if (take()) {
            cause = why;
            rest = back;
            loop.start(this);
        }
    }

    /** The loop sees to it that it is told, however little memory there is. */
    private void endOnLoop(WatchEnd.Cause why) {
        if (take()) {
            cause = why;
            loop.afterRelease(this);
        }
    }

    /** Tells whoever watches, on a thread of its own. */
    @Override
    public void run() {
        onEnd.accept(new WatchEnd(cause, rest));
    }

    /** Whether the caller is the one who ends it; the stream is then back in blocking mode. */
    private synchronized boolean take() {
        if (over) {
            return false;
        }
        over = true;
        if (key != null) {
            key.cancel();
        }
        loop.load().decrementAndGet();
        try {
            stream.channel().configureBlocking(true);
        } catch (IOException e) {
            // closed meanwhile: whoever gets the stream learns it from the first read
        }
        return true;
    }
}
