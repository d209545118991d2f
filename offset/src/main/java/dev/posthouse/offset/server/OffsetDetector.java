package dev.posthouse.offset.server;

import dev.posthouse.offset.wire.FirstBytes;
import dev.posthouse.relay.accept.Claim;
import dev.posthouse.relay.accept.Detector;
import java.nio.ByteBuffer;
import java.util.List;

/** Offset by its version frame, in the forms of either age (spec 12). */
final class OffsetDetector implements Detector {

    @Override
    public Claim claim(ByteBuffer first) {
        return switch (FirstBytes.of(first)) {
            case CURRENT, LEGACY -> Claim.yes(FirstBytes.LENGTH);
            case NEED_MORE -> Claim.needMore(FirstBytes.LENGTH);
            case NO -> Claim.NO;
        };
    }

    @Override
    public List<byte[]> samples() {
        return List.of(FirstBytes.CURRENT.bytes(), FirstBytes.LEGACY.bytes());
    }
}
