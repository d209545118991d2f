package dev.posthouse.relay.accept;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Decides whose a connection is by its first bytes: everybody is asked, nothing is decided while one of them still needs more, and
 * the longest claim wins. So the answer is the same in whatever order they are asked, and however the bytes are cut.
 *
 * @param <T> whose it can be
 */
public final class Detection<T> {

    /** How many first bytes a detector is shown at most. */
    public static final int BOUND = 64;

    /**
     * Somebody who takes connections.
     *
     * @param name for errors
     * @param owner what an answer names
     */
    public record Entry<T>(String name, Detector detector, T owner) {}

    /** What came of looking. */
    public sealed interface Answer<T> {
        /** Decided; empty if nobody wants it. */
        record Whose<T>(Optional<T> owner) implements Answer<T> {}

        /**
         * Not decided yet.
         *
         * @param atLeast how many first bytes it takes to say more; more than were shown
         */
        record More<T>(int atLeast) implements Answer<T> {}
    }

    private final List<Entry<T>> entries;

    /** @throws IllegalStateException if two claim the same bytes, or one does not know its own; names them */
    public Detection(List<Entry<T>> entries) {
        this.entries = List.copyOf(entries);
        for (Entry<T> entry : this.entries) {
            for (byte[] sample : entry.detector().samples()) {
                check(entry, sample);
            }
        }
    }

    private void check(Entry<T> entry, byte[] sample) {
        ByteBuffer shown =
                ByteBuffer.wrap(sample, 0, Math.min(sample.length, BOUND)).asReadOnlyBuffer();
        if (!(entry.detector().claim(shown.slice()) instanceof Claim.Yes own)) {
            throw new IllegalStateException(entry.name() + " does not know its own first bytes " + hex(shown));
        }
        for (Entry<T> other : entries) {
            if (!other.equals(entry)
                    && other.detector().claim(shown.slice()) instanceof Claim.Yes its
                    && its.matched() == own.matched()) {
                throw new IllegalStateException(entry.name() + " and " + other.name()
                        + " both claim connections that begin with " + hex(shown));
            }
        }
    }

    /**
     * Looks at a connection's first bytes.
     *
     * @param seen at least one; not moved
     * @param more whether more can come
     */
    public Answer<T> look(ByteBuffer seen, boolean more) {
        ByteBuffer shown =
                seen.slice(seen.position(), Math.min(seen.remaining(), BOUND)).asReadOnlyBuffer();
        boolean last = !more || shown.remaining() == BOUND;
        int longest = 0;
        int atLeast = Integer.MAX_VALUE;
        var found = new ArrayList<T>(1);
        for (Entry<T> entry : entries) {
            switch (entry.detector().claim(shown.slice())) {
                case Claim.No no -> {}
                case Claim.NeedMore needs -> atLeast = Math.min(atLeast, needs.atLeast());
                case Claim.Yes yes -> {
                    if (yes.matched() > longest) {
                        longest = yes.matched();
                        found.clear();
                    }
                    if (yes.matched() == longest) {
                        found.add(entry.owner());
                    }
                }
            }
        }
        if (atLeast < Integer.MAX_VALUE && !last) {
            return new Answer.More<>(Math.max(atLeast, shown.remaining() + 1));
        }
        // Two that claim the same without a sample that shows it: nobody gets it, rather than whoever stands first.
        return new Answer.Whose<>(found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty());
    }

    /** The first bytes as they are shown in errors and logs: eight at most. */
    static String hex(ByteBuffer seen) {
        byte[] shown = new byte[Math.min(8, seen.remaining())];
        seen.get(seen.position(), shown);
        return HexFormat.ofDelimiter(" ").formatHex(shown);
    }
}
