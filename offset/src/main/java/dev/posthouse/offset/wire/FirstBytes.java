package dev.posthouse.offset.wire;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What the first bytes on a connection say (spec 12). A client sends its version at once, so they come without asking; eight
 * are enough.
 */
public enum FirstBytes {
    /** Offset with 8 bytes of length: since 0.1.3. The bytes are the length of the version frame. */
    CURRENT(0x00_00_00_00_00_00_00_04L),
    /** Offset with 4 bytes of length: up to 0.1.2. The bytes are the whole version frame. */
    LEGACY(0x00_00_00_04_00_00_00_00L),
    /** Something else. */
    NO(0),
    /** As far as it goes it may be either. */
    NEED_MORE(0);

    /** How many it takes to tell. */
    public static final int LENGTH = Long.BYTES;

    private final long start;

    FirstBytes(long start) {
        this.start = start;
    }

    /**
     * Looks at the first bytes.
     *
     * @param first between position and limit, any number; the position stays
     */
    public static FirstBytes of(ByteBuffer first) {
        int count = Math.min(first.remaining(), LENGTH);
        for (FirstBytes form : List.of(CURRENT, LEGACY)) {
            if (ByteBuffer.wrap(form.bytes(), 0, count).equals(first.slice(first.position(), count))) {
                return count == LENGTH ? form : NEED_MORE;
            }
        }
        return NO;
    }

    /** The bytes of one of the two forms. */
    public byte[] bytes() {
        return ByteBuffer.allocate(LENGTH).putLong(start).array();
    }
}
