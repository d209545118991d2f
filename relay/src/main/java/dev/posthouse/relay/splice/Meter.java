package dev.posthouse.relay.splice;

/**
 * Allows bytes: a rate, or an allowance. One meter may be shared by many splices on many threads; it never blocks.
 */
public interface Meter {

    /** What {@link #take} answers when the allowance is used up for good. */
    int EXHAUSTED = -1;

    /**
     * Asks for bytes before they are read.
     *
     * @param want how many could be read, at least 1
     * @param now {@link System#nanoTime()}
     * @return how many may be read, 1 to {@code want}, taken from the meter; 0 to ask again after {@link #retryAfter};
     *     or {@link #EXHAUSTED}, which ends the splice with {@link dev.posthouse.relay.Reason#LIMIT_BYTES}
     */
    int take(int want, long now);

    /** Gives back what was taken and not read. */
    void giveBack(int count);

    /** Nanoseconds from {@code now} until asking again makes sense; at least 1 ms worth where {@link #take} gave 0. */
    long retryAfter(long now);
}
