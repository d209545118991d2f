package dev.posthouse.offset.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.MessageStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a peer can make us hold. */
@ExtendWith(LeakCheck.class)
class InboxTest {

    /** A peer that sends the same message for ever. */
    private static final class Endless implements MessageStream {
        private final ByteBuffer message;
        private final AtomicInteger received = new AtomicInteger();

        Endless(ByteBuffer message) {
            this.message = message;
        }

        @Override
        public Optional<ByteBuffer> receive() {
            received.incrementAndGet();
            return Optional.of(message.duplicate());
        }

        @Override
        public void send(ByteBuffer sent) {
            throw new AssertionError("an inbox sends nothing");
        }

        @Override
        public int longest() {
            return 0;
        }

        @Override
        public void shutdownOutput() {
            throw new AssertionError("an inbox ends nothing");
        }

        @Override
        public void abort() {
            throw new AssertionError("an inbox ends nothing");
        }

        @Override
        public void close() {
            throw new AssertionError("an inbox ends nothing");
        }
    }

    @Test
    void emptyMessagesHaveABoundTooAndGoOnWhenTheyAreTaken() throws Exception {
        var peer = new Endless(ByteBuffer.allocate(0));
        var inbox = new Inbox(peer);
        Background<?> filling = Background.run(inbox::fill);
        filling.awaitBlocked();
        int held = peer.received.get();
        assertThat(held).isBetween(1_000, 4_000);

        assertThat(inbox.take(0)).contains(ByteBuffer.allocate(0));
        Awaitility.await().until(() -> peer.received.get() > held);
        filling.awaitBlocked();
        assertThat(peer.received.get()).isEqualTo(held + 1);

        // Nor may it send for ever to an end that is closed.
        inbox.close();
        assertThat(filling.failure()).isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void aByteOfALargeArrayIsHeldWithoutTheArray() throws Exception {
        byte[] large = new byte[1 << 20];
        var inbox = new Inbox(new Endless(ByteBuffer.wrap(large, 7, 1)));
        Background<?> filling = Background.run(inbox::fill);
        filling.awaitBlocked();

        ByteBuffer taken = inbox.take(0).orElseThrow();
        assertThat(taken.remaining()).isEqualTo(1);
        assertThat(taken.capacity() + taken.arrayOffset()).isEqualTo(1);

        inbox.close();
        assertThat(filling.failure()).isInstanceOf(ProtocolViolation.class);
    }
}
