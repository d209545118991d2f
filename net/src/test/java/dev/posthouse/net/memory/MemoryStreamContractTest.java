package dev.posthouse.net.memory;

import dev.posthouse.net.ByteStreamContractTest;
import java.time.Duration;
import org.junit.jupiter.api.Nested;

class MemoryStreamContractTest {

    @Nested
    class ByDefault extends ByteStreamContractTest {
        @Override
        protected Ends connect() {
            return ends(Link.DEFAULT);
        }
    }

    @Nested
    class WithASmallBufferAndLatency extends ByteStreamContractTest {
        @Override
        protected Ends connect() {
            return ends(new Link(777, Duration.ofNanos(300_000), true));
        }

        @Override
        protected int bulk() {
            return 100_000;
        }
    }

    @Nested
    class WithoutHalfClose extends ByteStreamContractTest {
        @Override
        protected Ends connect() {
            return ends(Link.DEFAULT.withoutHalfClose());
        }
    }

    private static ByteStreamContractTest.Ends ends(Link link) {
        MemoryPair pair = MemoryPair.create(link);
        return new ByteStreamContractTest.Ends(pair.left(), pair.right());
    }
}
