package dev.posthouse.relay.splice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.budget.Holding;
import dev.posthouse.net.budget.MemoryBudget;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LoopBuffersTest {

    private static final int CAPACITY = 64 * 1024;

    private final LoopBuffers buffers = new LoopBuffers(CAPACITY);
    private final MemoryBudget budget = new MemoryBudget(0, 0);
    private final Holding holding = budget.open("somebody");

    /** As if so many bytes had been read and the first {@code written} of them were written on. */
    private ByteBuffer keep(int read, int written) {
        ByteBuffer buffer = buffers.current(read);
        for (int i = 0; i < read; i++) {
            buffer.put((byte) i);
        }
        buffer.flip().position(written);
        return Objects.requireNonNull(buffers.keepRest(holding));
    }

    @Test
    void aShortRestIsCopiedAndTheBufferServesOn() {
        ByteBuffer before = buffers.current(CAPACITY);

        ByteBuffer kept = keep(CAPACITY, CAPACITY - 3);

        assertThat(kept.capacity()).isEqualTo(3);
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

        buffers.release(whole, holding);
        buffers.release(small, holding);

        assertThat(buffers.kept()).isZero();
        assertThat(keep(CAPACITY, 0)).isNotSameAs(whole);
        assertThat(buffers.current(CAPACITY)).isSameAs(whole);
    }

    /** Before it is kept, by its true size; and given back with it. */
    @Test
    void whatIsKeptIsCountedForWhoeverHasNotTakenIt() {
        ByteBuffer whole = keep(CAPACITY, 0);
        ByteBuffer small = keep(10, 3);
        assertThat(budget.held()).isEqualTo(CAPACITY + 7);

        buffers.release(whole, holding);
        buffers.release(small, holding);

        assertThat(budget.held()).isZero();
    }

    @Test
    void nothingIsKeptPastTheBudget() {
        budget.limits(0, CAPACITY + 100);
        ByteBuffer whole = keep(CAPACITY, 0);
        // Too much for another whole one, which is copied as far as that goes.
        ByteBuffer copied = keep(LoopBuffers.SMALL + 100, LoopBuffers.SMALL);
        assertThat(copied.remaining()).isEqualTo(100);

        buffers.current(10).put(new byte[10]).flip();
        assertThat(buffers.keepRest(holding)).isNull();
        assertThat(budget.held()).isEqualTo(CAPACITY + 100);

        buffers.release(whole, holding);
        assertThat(keep(10, 0).remaining()).isEqualTo(10);
    }

    @Test
    void readsBecomeShortWhileManyWholeBuffersAreKept() {
        List<ByteBuffer> kept = new ArrayList<>();
        for (int i = 0; i < LoopBuffers.MOST_WHOLE; i++) {
            assertThat(buffers.room()).isEqualTo(CAPACITY);
            kept.add(keep(CAPACITY, 0));
        }

        assertThat(buffers.room()).isEqualTo(LoopBuffers.SMALL);
        assertThat(keep(buffers.room(), 0).isDirect()).isFalse();
        buffers.release(kept.getFirst(), holding);
        assertThat(buffers.room()).isEqualTo(CAPACITY);
    }

    /** Looking for direct memory that is used up takes the JDK half a second, in which the loop serves nobody. */
    @Test
    void directMemoryThatIsUsedUpIsAskedForOnceAndRestsAreCopiedFromThenOn() {
        var asked = new AtomicInteger();
        var scarce = new LoopBuffers(CAPACITY, capacity -> {
            if (asked.incrementAndGet() > 3) {
                throw new OutOfMemoryError("no direct memory");
            }
            return ByteBuffer.allocateDirect(capacity);
        });
        List<ByteBuffer> kept = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            scarce.current(scarce.room()).put(new byte[scarce.room()]).flip();
            kept.add(Objects.requireNonNull(scarce.keepRest(holding)));
        }

        assertThat(asked).hasValue(4);
        assertThat(kept.stream().filter(ByteBuffer::isDirect)).hasSize(2);
        assertThat(scarce.room()).isEqualTo(LoopBuffers.SMALL);
        assertThat(budget.held())
                .isEqualTo(kept.stream().mapToLong(ByteBuffer::capacity).sum());
        kept.forEach(buffer -> scarce.release(buffer, holding));
        assertThat(budget.held()).isZero();
        assertThat(scarce.room()).as("what has come back serves again").isEqualTo(CAPACITY);
    }
}
