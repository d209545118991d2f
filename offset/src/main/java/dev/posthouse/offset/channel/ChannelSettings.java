package dev.posthouse.offset.channel;

import dev.posthouse.offset.wire.FrameStream;

/**
 * The numbers of a connection's layers; the defaults are the original's, but for the padding.
 *
 * @param setupTicks for version, handshake and keepalive together (8)
 * @param keepAliveTicks after which a silent peer is given up (32); a side that sends nothing for half as long sends a
 *     keepalive
 * @param rekeyTicks between rekeys (3600); 0 for none of our own, the peer's are answered all the same
 * @param mostPadding of random bytes in each record that we send, 0 to 65535 (255); the original sends up to 65535
 * @param longestFrame that is taken from the peer, in bytes, 200 KiB to 512 MiB
 */
public record ChannelSettings(int setupTicks, int keepAliveTicks, int rekeyTicks, int mostPadding, int longestFrame) {

    /** What applies if nobody says otherwise. */
    public static final ChannelSettings DEFAULT = new ChannelSettings(8, 32, 3600, 255, FrameStream.DEFAULT_LONGEST);

    /** The most padding that the original sends, and so what everybody must take. */
    public static final int MOST_PADDING = 65_535;

    /** What a message of one byte may take: padding of the original, inside and outside of a tunnel. */
    private static final int LEAST_FRAME = 200 * 1024;

    private static final int MOST_FRAME = 512 * 1024 * 1024;

    /** @throws IllegalArgumentException if one is out of its range, naming it */
    public ChannelSettings {
        if (setupTicks < 1 || keepAliveTicks < 2 || rekeyTicks < 0) {
            throw new IllegalArgumentException(
                    "setupTicks is 1 or more, keepAliveTicks 2 or more, rekeyTicks 0 or more," + " not " + setupTicks
                            + ", " + keepAliveTicks + ", " + rekeyTicks);
        }
        if (mostPadding < 0 || mostPadding > MOST_PADDING) {
            throw new IllegalArgumentException("mostPadding is 0 to " + MOST_PADDING + ", not " + mostPadding);
        }
        if (longestFrame < LEAST_FRAME || longestFrame > MOST_FRAME) {
            throw new IllegalArgumentException("longestFrame is " + LEAST_FRAME + " to " + MOST_FRAME
                    + ", since the original pads a message with up to twice 64 KiB, not " + longestFrame);
        }
    }

    /** The same with another time between rekeys. */
    public ChannelSettings withRekeyTicks(int ticks) {
        return new ChannelSettings(setupTicks, keepAliveTicks, ticks, mostPadding, longestFrame);
    }

    /** The same with other padding. */
    public ChannelSettings withMostPadding(int bytes) {
        return new ChannelSettings(setupTicks, keepAliveTicks, rekeyTicks, bytes, longestFrame);
    }
}
