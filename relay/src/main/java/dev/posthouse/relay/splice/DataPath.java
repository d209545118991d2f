package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Two operations on streams that nobody reads meanwhile, never mixed on one stream at one time:
 *
 * <ul>
 *   <li><b>watch</b>: waits for a parked stream to become readable or to end, or for its time to be up, at next to no
 *       cost; can be {@linkplain Watch#release() released}, after which the stream is the caller's again, in blocking
 *       mode;
 *   <li><b>join</b>: final; moves bytes both ways between two streams and closes both in the end.
 * </ul>
 */
public interface DataPath extends AutoCloseable {

    /**
     * Watches a stream that must stay silent. Ended by exactly one of: readiness, the time limit, the data path's
     * closing, or {@link Watch#release()}.
     *
     * @param stream given up by the caller until the watch ends. Bytes that were read ahead (a {@link
     *     dev.posthouse.net.PushbackStream}) count as readable at once
     * @param limit positive; or {@link Duration#ZERO} for none
     * @param onEnd called once, on a virtual thread, when anything but a release ended the watch; the stream is then
     *     back in blocking mode and belongs to {@code onEnd}, which must close it in the end
     */
    Watch watch(ByteStream stream, Duration limit, Consumer<WatchEnd> onEnd);

    /**
     * Joins two streams for good: what one brings is written to the other, in bounded memory, a slow reader slowing only
     * its own sender. The end of one direction is carried as a half-close where the other stream can carry it; a reset of
     * one is a reset of the other. Both are closed when both directions have ended, one broke, a limit was reached or
     * {@link Splice#end} was called.
     *
     * @param left given up by the caller; bytes read ahead go first
     * @param right the same
     * @param terms idle time, allowances, rates
     * @param onEnd called once, on a virtual thread, after both streams are closed
     */
    Splice join(ByteStream left, ByteStream right, Terms terms, Consumer<SpliceEnd> onEnd);

    /** Ends every splice and every watch with {@link dev.posthouse.relay.Reason#SHUTDOWN}, and waits for the loops. */
    @Override
    void close();
}
