package dev.posthouse.offset.channel;

/** What packing and wrapping add to a message at most. */
final class Overheads {

    /** Pointers, lists' ends and the table of segments of one Cap'n Proto message of ours, before packing. */
    private static final int STRUCTURE = 128;

    private Overheads() {}

    /**
     * The longest payload of a packed Cap'n Proto message. Packing makes of every 16 bytes 18 at most: a tag for each word,
     * and a count for each run of full ones.
     *
     * @param longest bytes of the whole message
     * @param padding that it carries beside the payload
     */
    static int longestIn(int longest, int padding) {
        return Math.max(0, (int) (longest / 9L * 8) - STRUCTURE - padding);
    }
}
