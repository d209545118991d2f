package dev.posthouse.relay.splice;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopBuffersTest {

    private static final int CAPACITY = 64 * 1024;

    private final LoopBuffers buffers = new LoopBuffers(CAPACITY);

    /** As if so many bytes had been read and the first {@code written} of them were written on. */
    private ByteBuffer keep(int read, int written) {
        ByteBuffer buffer = buffers.current(read);
        for (int i = 0; i < read; i++) {
            buffer.put((byte) i);
        }
        buffer.flip().position(written);
        return buffers.keepRest();
    }

    @Test
    void aShortRestIsCopiedAndTheBufferServesOn() {
        ByteBuffer before = buffers.current(CAPACITY);

        ByteBuffer kept = keep(CAPACITY, CAPACITY - 3);

        assertThat(kept.capacity()).isEqualTo(LoopBuffers.SMALL);
        assertThat(kept).isEqualTo(ByteBuffer.wrap(new byte[] {-3, -2, -1}));
        assertThat(buffers.current(CAPACITY)).isSameAs(before);
    }

    @Test
    void aLongRestKeepsItsBufferAndTheLoopGetsAnother() {
        ByteBuffer kept = keep(CAPACITY, 1);

        assertThat(kept.remaining()).isEqualTo(CAPACITY - 1);
        assertThat(kept.get(kept.position())).isEqualTo((byte) 1);
        assertThat(buffers.current(CAPACITY)).isNotSameAs(kept);
    }

    @Test
    void whatComesBackIsUsedAgain() {
        ByteBuffer whole = keep(CAPACITY, 0);
        ByteBuffer small = keep(10, 0);
        assertThat(buffers.kept()).isEqualTo(2);

        buffers.release(whole);
        buffers.release(small);

        assertThat(buffers.kept()).isZero();
        assertThat(keep(20, 0)).isSameAs(small);
        assertThat(keep(CAPACITY, 0)).isNotSameAs(whole);
        assertThat(buffers.current(CAPACITY)).isSameAs(whole);
    }

    @Test
    void readsBecomeShortWhileManyWholeBuffersAreKept() {
        List<ByteBuffer> kept = new ArrayList<>();
        for (int i = 0; i < LoopBuffers.MOST_WHOLE; i++) {
            assertThat(buffers.room()).isEqualTo(CAPACITY);
            kept.add(keep(CAPACITY, 0));
        }

        assertThat(buffers.room()).isEqualTo(LoopBuffers.SMALL);
        assertThat(keep(buffers.room(), 0).capacity()).isEqualTo(LoopBuffers.SMALL);
        buffers.release(kept.getFirst());
        assertThat(buffers.room()).isEqualTo(CAPACITY);
    }
}
