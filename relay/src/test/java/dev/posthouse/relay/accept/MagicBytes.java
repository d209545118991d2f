package dev.posthouse.relay.accept;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Knows its own by one of some byte strings. */
public record MagicBytes(List<byte[]> samples) implements Detector {

    public static MagicBytes of(String... hex) {
        return new MagicBytes(Stream.of(hex).map(HexFormat.of()::parseHex).toList());
    }

    @Override
    public Claim claim(ByteBuffer first) {
        Claim best = Claim.NO;
        for (byte[] sample : samples) {
            int count = Math.min(sample.length, first.remaining());
            if (first.slice(first.position(), count).equals(ByteBuffer.wrap(sample, 0, count))) {
                best = count == sample.length ? Claim.yes(count) : Claim.needMore(sample.length);
            }
        }
        return best;
    }
}
