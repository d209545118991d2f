package dev.posthouse.net.acknowledged;

import java.time.Duration;

/**
 * The numbers of an acknowledged stream.
 *
 * @param window how many bytes the peer may have sent that the application has not taken; what is held for it at most, and held only
 *     while it does not read. On a long path no more than this arrives in one round trip
 * @param frame the most bytes that one frame of ours carries; answers to pings wait for its end
 * @param deadAfter after how long without a byte from the peer the connection is given up; {@link Duration#ZERO} for never
 */
public record AcknowledgedSettings(int window, int frame, Duration deadAfter) {

    /** What a frame has besides the bytes it carries. */
    public static final int OVERHEAD = Frames.HEADER;

    /** 8 MiB, 512 KiB, a minute. */
    public static final AcknowledgedSettings DEFAULT =
            new AcknowledgedSettings(8 * 1024 * 1024, 512 * 1024, Duration.ofSeconds(60));

    /** @throws IllegalArgumentException if a number makes no sense */
    public AcknowledgedSettings {
        if (window < Frames.UNASKED) {
            throw new IllegalArgumentException("a window has " + Frames.UNASKED + " bytes at least, not " + window);
        }
        if (frame < 1 || frame > Frames.MAX_LENGTH) {
            throw new IllegalArgumentException("a frame has 1 to " + Frames.MAX_LENGTH + " bytes, not " + frame);
        }
        if (deadAfter.isNegative() || (!deadAfter.isZero() && deadAfter.compareTo(Duration.ofSeconds(1)) < 0)) {
            throw new IllegalArgumentException(
                    "a peer is given up after a second at least, or never (zero), not " + deadAfter.toMillis() + " ms");
        }
    }

    /** The same with another limit for silence. */
    public AcknowledgedSettings deadAfter(Duration limit) {
        return new AcknowledgedSettings(window, frame, limit);
    }

    /** The same with frames of at most {@code bytes}. */
    public AcknowledgedSettings frame(int bytes) {
        return new AcknowledgedSettings(window, bytes, deadAfter);
    }
}
