package dev.posthouse.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Closes a stream so that what was written to it arrives. A socket that is closed with unread bytes in it is reset, and the reset can
 * overtake what was not delivered yet; so the output is ended first, and the peer is read to its end, within a time and up to an amount.
 *
 * <p>On the calling thread, which is the stream's only reader and writer meanwhile.
 */
public final class LingeringClose {

    /** What the whole of it usually may take: some round trips, and a repeated segment or two. */
    public static final Duration LIMIT = Duration.ofSeconds(2);

    private static final int SCRAP = 16 * 1_024;

    private LingeringClose() {}

    /**
     * Ends the output, reads the peer to its end, and closes. If the peer does not end in time the stream is closed all the same: the
     * system goes on delivering as long as nothing more comes.
     *
     * @param deadline when it is to be over, as {@link System#nanoTime()}
     * @param most bytes that are read away at most
     * @throws IOException if the stream broke, or its output could not be ended in time; it is aborted then
     */
    public static void close(ByteStream stream, long deadline, long most) throws IOException {
        try {
            endOutput(stream, deadline);
            if (stream.carriesHalfClose()) {
                discard(stream, deadline, most);
            }
            stream.close();
        } catch (IOException | RuntimeException | Error e) {
            stream.abort();
            throw e;
        }
    }

    /**
     * The first step alone. Does nothing to a stream whose output has no end of its own.
     *
     * @throws TimedOut if it was not done in time: over TLS it writes, and a peer that does not read would block it
     */
    public static void endOutput(ByteStream stream, long deadline) throws IOException {
        if (stream.carriesHalfClose()) {
            Deadline.within(stream, left(deadline), "the end of the output", () -> {
                stream.shutdownOutput();
                return true;
            });
        }
    }

    /**
     * The second step alone: reads until the peer's end, the deadline, or {@code most} bytes. Changes the stream's read timeout.
     *
     * @throws IOException if the stream broke
     */
    public static void discard(ByteStream stream, long deadline, long most) throws IOException {
        ByteBuffer scrap = ByteBuffer.allocate(SCRAP);
        for (long discarded = 0; discarded < most && deadline - System.nanoTime() > 0; discarded += scrap.position()) {
            stream.readTimeout(left(deadline));
            try {
                if (stream.read(scrap.clear()) < 0) {
                    return;
                }
            } catch (TimedOut e) {
                return;
            }
        }
    }

    /** Never zero, which would be no limit. */
    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
    }
}
