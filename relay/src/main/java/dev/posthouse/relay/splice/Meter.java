package dev.posthouse.relay.splice;

/**
 * Allows bytes: a rate, or an allowance. One meter may be shared by many splices on many threads; it never blocks, but
 * for a lock that is held for a few instructions.
 */
public interface Meter {

    /** What {@link #take} answers when the allowance is used up for good. */
    int EXHAUSTED = -1;

    /** The fastest rate: 8 GiB/s. Its product with the nanoseconds of a second still fits into a long. */
    long FASTEST_RATE = 1L << 33;

    /** The largest allowance: 2⁶² bytes, which nobody can use up. */
    long LARGEST_ALLOWANCE = 1L << 62;

    /**
     * A token bucket: so many bytes for each second, all splices that share the meter together. A second's worth may
     * come at once after a second of silence, and at the start.
     *
     * @param bytesPerSecond 1 to {@link #FASTEST_RATE}
     * @throws IllegalArgumentException if it is outside of these bounds
     */
    static Meter rate(long bytesPerSecond) {
        return new TokenBucket(bytesPerSecond);
    }

    /**
     * So many bytes, in both directions of all splices that share the meter together; the first byte after them ends the
     * splice that brought it with {@link dev.posthouse.net.Reason#LIMIT_BYTES}.
     *
     * @param bytes 0 to {@link #LARGEST_ALLOWANCE}
     * @throws IllegalArgumentException if it is outside of these bounds
     */
    static Meter allowance(long bytes) {
        return new Allowance(bytes);
    }

    /**
     * Asks for bytes before they are passed on. Whatever is taken is settled soon, in one or several calls of {@link
     * #settle}.
     *
     * @param want how many could be used, at least 1
     * @param now {@link System#nanoTime()}, perhaps a little older
     * @return how many may be used, 1 to {@code want}; 0 to ask again after {@link #retryAfter}; or {@link #EXHAUSTED}:
     *     the end of a direction may still be passed on, one more byte ends the splice with {@link
     *     dev.posthouse.net.Reason#LIMIT_BYTES}
     */
    int take(int want, long now);

    /**
     * Says what became of bytes that were taken.
     *
     * @param used how many were passed on
     * @param unused how many were not, and are given back
     */
    void settle(int used, int unused);

    /** Nanoseconds from {@code now} until asking again makes sense; at least 1 ms worth where {@link #take} gave 0. */
    long retryAfter(long now);
}
