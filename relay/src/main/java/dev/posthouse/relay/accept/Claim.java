package dev.posthouse.relay.accept;

/** What a {@link Detector} says of a connection's first bytes. */
public sealed interface Claim {

    /** Not mine, whatever follows. */
    Claim NO = new No();

    /** Could be mine, if so many bytes have come. */
    static Claim needMore(int atLeast) {
        return new NeedMore(atLeast);
    }

    /** Mine, by so many of the bytes. */
    static Claim yes(int matched) {
        return new Yes(matched);
    }

    /** Not mine, whatever follows. */
    record No() implements Claim {}

    /**
     * Could be mine.
     *
     * @param atLeast how many first bytes it takes to say more
     */
    record NeedMore(int atLeast) implements Claim {}

    /**
     * Mine.
     *
     * @param matched how many of the bytes say so; positive. Of several who say yes, the one with most has it
     */
    record Yes(int matched) implements Claim {
        public Yes {
            if (matched < 1) {
                throw new IllegalArgumentException("a claim rests on one byte at least, not " + matched);
            }
        }
    }
}
