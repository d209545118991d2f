package dev.posthouse.net.memory;

import java.time.Duration;

/**
 * What lies between the two ends of an in-memory pair.
 *
 * @param bufferSize how many bytes may be under way in one direction before its writer blocks; at least 1
 * @param latency how long bytes, and the end after them, are under way; {@link Duration#ZERO} for none. A reset is seen
 *     at once
 * @param halfClose whether ending one direction leaves the other open
 */
public record Link(int bufferSize, Duration latency, boolean halfClose) {

    /** About what a socket holds before its writer blocks; no latency; half-close is carried. */
    public static final Link DEFAULT = new Link(64 * 1024, Duration.ZERO, true);

    public Link {
        if (bufferSize < 1) {
            throw new IllegalArgumentException("a link holds at least 1 byte, not " + bufferSize);
        }
        if (latency.isNegative()) {
            throw new IllegalArgumentException("a latency is zero or positive, not " + latency);
        }
    }

    /** The same with another buffer size, in bytes. */
    public Link withBufferSize(int bytes) {
        return new Link(bytes, latency, halfClose);
    }

    /** The same with another one-way latency. */
    public Link withLatency(Duration oneWay) {
        return new Link(bufferSize, oneWay, halfClose);
    }

    /** The same with no half-close: ending one direction ends both. */
    public Link withoutHalfClose() {
        return new Link(bufferSize, latency, false);
    }
}
