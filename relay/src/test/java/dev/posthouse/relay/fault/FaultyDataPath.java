package dev.posthouse.relay.fault;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.Reason;
import dev.posthouse.relay.splice.DataPath;
import dev.posthouse.relay.splice.Splice;
import dev.posthouse.relay.splice.SpliceEnd;
import dev.posthouse.relay.splice.Terms;
import dev.posthouse.relay.splice.Watch;
import dev.posthouse.relay.splice.WatchEnd;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** A data path that fails on demand, before it does anything, or ends what it was given at once. */
public final class FaultyDataPath implements DataPath {

    private final DataPath below;
    private final Faults faults;

    /** @param below stays the caller's to close */
    public FaultyDataPath(DataPath below, Faults faults) {
        this.below = below;
        this.faults = faults;
    }

    @Override
    public Watch watch(ByteStream stream, Duration limit, Consumer<WatchEnd> onEnd) {
        if (faults.strike(Faults.Call.WATCH)) {
            Thread.startVirtualThread(() -> onEnd.accept(new WatchEnd(WatchEnd.Cause.TIMED_OUT, stream)));
            return Optional::empty;
        }
        Watch watch = below.watch(stream, limit, onEnd);
        return () -> {
            faults.strike(Faults.Call.RELEASE);
            return watch.release();
        };
    }

    @Override
    public Splice join(ByteStream left, ByteStream right, Terms terms, Consumer<SpliceEnd> onEnd) {
        if (faults.strike(Faults.Call.JOIN)) {
            left.abort();
            right.abort();
            return ended(onEnd);
        }
        return below.join(left, right, terms, onEnd);
    }

    @Override
    public Splice join(MessageStream left, MessageStream right, Terms terms, Consumer<SpliceEnd> onEnd) {
        if (faults.strike(Faults.Call.JOIN)) {
            left.abort();
            right.abort();
            return ended(onEnd);
        }
        return below.join(left, right, terms, onEnd);
    }

    private static Splice ended(Consumer<SpliceEnd> onEnd) {
        Thread.startVirtualThread(() -> onEnd.accept(new SpliceEnd(Reason.PEER_GONE, 0, 0, Optional.empty())));
        return new Splice() {
            @Override
            public long leftToRight() {
                return 0;
            }

            @Override
            public long rightToLeft() {
                return 0;
            }

            @Override
            public void end(Reason reason) {}
        };
    }

    @Override
    public void close() {
        below.close();
    }
}
