package dev.posthouse.offset.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Writes a {@code ChannelMessage.user} in the segments that the original's runtime makes (spec 6.3). */
final class OriginalWriter {

    private static final class Segment {
        final long[] words;
        int used;

        Segment(int room) {
            words = new long[room];
        }
    }

    private record Place(int segment, int word) {}

    private final List<Segment> segments = new ArrayList<>(List.of(new Segment(1024)));

    private OriginalWriter() {
        segments.getFirst().used = 1;
    }

    /** The message's segments, only what is used of each. */
    static byte[][] user(byte[] padding, byte[] payload) {
        OriginalWriter writer = new OriginalWriter();
        Place root = writer.place(new Place(0, 0), 2, 0, struct(0, 2));
        writer.bytes(root, padding);
        Place content = writer.place(new Place(root.segment, root.word + 1), 2, 0, struct(1, 1));
        writer.segments.get(content.segment).words[content.word] = 1;
        writer.bytes(new Place(content.segment, content.word + 1), payload);
        return writer.segments.stream()
                .map(segment -> {
                    ByteBuffer bytes = ByteBuffer.allocate(segment.used * Long.BYTES);
                    for (int i = 0; i < segment.used; i++) {
                        bytes.putLong(Long.reverseBytes(segment.words[i]));
                    }
                    return bytes.array();
                })
                .toArray(byte[][]::new);
    }

    private static long struct(int data, int pointers) {
        return ((long) data << 32) | ((long) pointers << 48);
    }

    private void bytes(Place pointer, byte[] bytes) {
        int words = Message.words(bytes.length);
        Place place = place(pointer, words, 1, (2L << 32) | ((long) bytes.length << 35));
        byte[] filled = Arrays.copyOf(bytes, words * Long.BYTES);
        for (int i = 0; i < words; i++) {
            segments.get(place.segment).words[place.word + i] = (long) Packing.WORD.get(filled, i * Long.BYTES);
        }
    }

    /** Finds room for an object and points to it: from its own segment, or through a landing pad in front of it. */
    private Place place(Place pointer, int words, int kind, long size) {
        Segment own = segments.get(pointer.segment);
        if (own.used + words <= own.words.length) {
            Place place = new Place(pointer.segment, own.used);
            own.used += words;
            own.words[pointer.word] = Integer.toUnsignedLong((place.word - pointer.word - 1) << 2) | kind | size;
            return place;
        }
        int index = 0;
        int sum = 0;
        while (index < segments.size() && segments.get(index).used + words + 1 > segments.get(index).words.length) {
            sum += segments.get(index).words.length;
            index++;
        }
        if (index == segments.size()) {
            segments.add(new Segment(Math.max(words + 1, 1024 + sum)));
        }
        Segment other = segments.get(index);
        int pad = other.used;
        other.used += words + 1;
        other.words[pad] = kind | size;
        own.words[pointer.word] = Bytes.far(index, pad, false);
        return new Place(index, pad + 1);
    }
}
