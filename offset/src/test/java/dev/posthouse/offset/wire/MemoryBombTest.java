package dev.posthouse.offset.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.posthouse.net.ProtocolViolation;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A few hostile bytes cost at most what the reader's bound says, and nothing near it if they only announce. */
class MemoryBombTest {

    private static final int LONGEST = 1 << 20;

    /** What reading costs besides the message itself: objects of the runtime, an exception and its stack. */
    private static final int SMALL = 64 * 1024;

    private static final ThreadMXBean THREADS =
            Objects.requireNonNull(ManagementFactory.getPlatformMXBean(ThreadMXBean.class));

    private interface Attempt {
        Object decode(ByteBuffer packed) throws ProtocolViolation;
    }

    @Test
    void anAnnouncementAllocatesNothing() {
        // 2^32 - 1 words; then 511 segments of as many; then the most that is allowed, with nothing behind it
        ByteBuffer one = Bytes.hex("f0 ff ff ff ff");
        assertThat(refused(one, packed -> KaMessage.decode(packed, Integer.MAX_VALUE / 2)))
                .isLessThan(SMALL);

        ByteBuffer many = ByteBuffer.allocate(4096);
        many.put(Bytes.hex("f3 fe 01 ff ff ff ff" + "ff ff ff ff ff ff ff ff ff fe"));
        while (many.position() < 2100) {
            many.put((byte) 0xff);
        }
        assertThat(refused(many.flip(), packed -> KaMessage.decode(packed, LONGEST)))
                .isLessThan(SMALL);

        ByteBuffer most = Bytes.hex("70 00 00 02" + "00 ff");
        assertThat(refused(most, packed -> KaMessage.decode(packed, LONGEST))).isLessThan(SMALL);
    }

    @Test
    void zeroRunsFillNoMoreThanTheBound() {
        ByteBuffer bomb = ByteBuffer.allocate(1 << 20);
        bomb.put(Bytes.hex("f0 ff ff ff 0f"));
        while (bomb.remaining() >= 2) {
            bomb.put((byte) 0).put((byte) 0xff);
        }
        bomb.flip();
        assertThat(refused(bomb, packed -> KaMessage.decode(packed, LONGEST))).isLessThan(SMALL);
        assertThat(refused(bomb, ExchangeDh::decode)).isLessThan(SMALL);
    }

    @Test
    void whatFillsTheBoundIsAllocatedOnce() throws Exception {
        ByteBuffer zeros = KaMessage.message(ByteBuffer.allocate(LONGEST));
        assertThat(zeros.remaining()).isLessThan(2_000);
        assertThat(KaMessage.decode(zeros, LONGEST).orElseThrow().remaining()).isEqualTo(LONGEST);
        assertThat(allocated(zeros, packed -> KaMessage.decode(packed, LONGEST).isPresent(), false))
                .isBetween((long) LONGEST, (long) LONGEST + SMALL);
    }

    @Test
    void aMessageThatIsAllowedToBeLongAllocatesThatAtMost() {
        // as long as it may be, all zeros, which is a sign of life; the next longer one costs nothing
        ByteBuffer full = ByteBuffer.allocate(4096).put(Bytes.hex("70 00 04 02"));
        while (full.hasRemaining()) {
            full.put((byte) 0).put((byte) 0xff);
        }
        full.flip();
        long words = 0x020400;
        int longest = (int) (words * 8) - Message.STRUCTURE;
        assertThat(allocated(full, packed -> KaMessage.decode(packed, longest).isEmpty(), false))
                .isBetween(words * 8, words * 8 + SMALL);
        assertThat(refused(full, packed -> KaMessage.decode(packed, longest - 1)))
                .isLessThan(SMALL);
    }

    private static long refused(ByteBuffer packed, Attempt attempt) {
        return allocated(packed, attempt, true);
    }

    /** What a second attempt allocates: the first one loads classes. */
    private static long allocated(ByteBuffer packed, Attempt attempt, boolean refused) {
        long allocated = 0;
        for (int i = 0; i < 2; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            boolean read = isRead(packed, attempt);
            allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            assertThat(read).isNotEqualTo(refused);
        }
        return allocated;
    }

    private static boolean isRead(ByteBuffer packed, Attempt attempt) {
        try {
            Object decoded = attempt.decode(packed);
            return Objects.nonNull(decoded);
        } catch (ProtocolViolation e) {
            return false;
        }
    }
}
