package dev.posthouse.relay.accept;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.DelegatingStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Gives its first bytes up to a cut, and what follows in later reads. */
final class CutStream extends DelegatingStream {
    private int before;

    CutStream(ByteStream below, int before) {
        super(below);
        this.before = before;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (before == 0) {
            return super.read(into);
        }
        ByteBuffer part = into.slice(into.position(), Math.min(before, into.remaining()));
        int count = super.read(part);
        into.position(into.position() + Math.max(0, count));
        before -= Math.max(0, count);
        return count;
    }
}
