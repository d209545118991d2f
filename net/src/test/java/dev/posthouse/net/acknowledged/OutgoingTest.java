package dev.posthouse.net.acknowledged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.testkit.LeakCheck;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class OutgoingTest {

    private static final Outgoing.Positions NOTHING = new Outgoing.Positions() {
        @Override
        public long taken() {
            return 0;
        }

        @Override
        public boolean nothingUnderWay() {
            return true;
        }
    };

    /** A ping that comes in between the last words and the end of the connection is never answered; it must not be tried for ever, either. */
    @Test
    void whatBecomesDueBehindTheLastWordsIsDropped() throws Exception {
        try (MemoryPair pair = MemoryPair.create()) {
            var outgoing = new Outgoing(pair.left(), NOTHING, Frames.UNASKED, () -> {});
            assertThat(outgoing.last(true, null, 1_000)).isTrue();

            outgoing.pongIsDue(new byte[] {1});
            outgoing.receivedIsDue();
            outgoing.tellReceived();
            outgoing.pingIsDue();

            ByteBuffer said = ByteBuffer.allocate(100);
            while (pair.right().read(said) >= 0) {
                // up to the end
            }
            assertThat(said.position()).as("no more than END").isEqualTo(Frames.HEADER);
            // As long as something is due, one thread after the other is started for it.
            await().until(() -> !outgoing.anythingDue());
        }
    }
}
