package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.MessageStream;
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
     * @param stream given up by the caller until the watch ends: not even closed or aborted meanwhile, but released
     *     first. Bytes that were read ahead (a {@link dev.posthouse.net.PushbackStream}) count as readable at once. It
     *     comes back without a {@linkplain ByteStream#readTimeout read timeout}
     * @param limit positive; or {@link Duration#ZERO} for none
     * @param onEnd called once, on a virtual thread, when anything but a release ended the watch; the stream is then
     *     back in blocking mode and belongs to {@code onEnd}, which must close it in the end
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    Watch watch(ByteStream stream, Duration limit, Consumer<WatchEnd> onEnd);

    /**
     * Joins two streams for good: what one brings is written to the other, in bounded memory, a slow reader slowing only
     * its own sender.
     *
     * <ul>
     *   <li>The end of one direction is carried as a half-close, and the other direction goes on. Where one of the streams
     *       cannot be half-closed, the end of one direction ends both, in order.
     *   <li>When both directions have ended, both streams are closed in order, whether the peers close or not.
     *   <li>A failure of one stream (a reset) aborts the other. What its peer received is then an exact prefix of what was
     *       sent; what was read and not yet written, or lay unsent in the system, is lost as in any reset.
     *   <li>An allowance that is used up ends both with a reset too, since an end in order would look whole, but only some
     *       time after the last allowed byte was written, so that it arrives.
     * </ul>
     *
     * <p>A socket from which nothing is to be read (its direction has ended, or its partner's reader is slow) and to which
     * nothing is to be written is not looked at: that it was reset shows when either changes. {@link Terms#idle} bounds it.
     *
     * @param left given up by the caller; bytes read ahead go first, and count like all others
     * @param right the same
     * @param terms idle time, allowances, rates
     * @param onEnd called once, on a virtual thread, after both streams are closed
     */
    Splice join(ByteStream left, ByteStream right, Terms terms, Consumer<SpliceEnd> onEnd);

    /**
     * Joins two message streams for good, message by message: each is received whole and sent whole, one at a time in each
     * direction, so that what is held for a slow reader is one message.
     *
     * <ul>
     *   <li>The end of one direction ends both, in order: what came before it is delivered, the other side is told and read
     *       until it ends, too, what it still sends is passed on if the first one takes it.
     *   <li>A failure of one stream aborts the other; an allowance that is used up ends both, as with bytes. A message of
     *       which only a part is allowed is not sent.
     * </ul>
     *
     * @param left given up by the caller
     * @param right the same
     * @param terms idle time, allowances, rates; what counts is the messages' own bytes
     * @param onEnd called once, on a virtual thread, after both streams are closed
     */
    Splice join(MessageStream left, MessageStream right, Terms terms, Consumer<SpliceEnd> onEnd);

    /** Ends every splice and every watch with {@link dev.posthouse.net.Reason#SHUTDOWN}, and waits for the loops. */
    @Override
    void close();
}
