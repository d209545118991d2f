package dev.posthouse.relay.accept;

import dev.posthouse.net.Deadline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Last words: writes an answer and closes so that it arrives. Closing a socket with unread input makes the system reset
 * the connection, which can overtake what was just written; so this end is closed first, and the peer's is read for a
 * moment.
 */
public final class Farewell {

    /**
     * For the whole of it. The original of rdv gives a late refusal 10 ms, which loses it over TLS and over slow links (spec of rdv
     * 10.2 #7).
     */
    private static final Duration LIMIT = Duration.ofSeconds(2);

    /** More than this a peer that was told to go away does not send by accident. */
    private static final int DRAIN = 64 * 1_024;

    private Farewell() {}

    /**
     * Says {@code words} and closes the leg, whatever happens. Does not block: it takes two seconds at most, on a thread of its own, so
     * that a relay that is closed meanwhile interrupts nobody in the middle of its last word.
     */
    public static void say(Inbound leg, byte[] words) {
        try {
            Thread.ofVirtual().name("posthouse-farewell").start(() -> speak(leg, words));
        } catch (OutOfMemoryError e) {
            leg.abort(); // there is no memory to be polite
            throw e;
        }
    }

    private static void speak(Inbound leg, byte[] words) {
        try {
            Deadline.within(leg.stream(), LIMIT, "closing", () -> {
                leg.stream().write(ByteBuffer.wrap(words));
                leg.stream().shutdownOutput();
                ByteBuffer scrap = ByteBuffer.allocate(1_024);
                int drained = 0;
                int count = leg.stream().carriesHalfClose() ? 0 : -1;
                while (count >= 0 && drained < DRAIN) {
                    count = leg.stream().read(scrap.clear());
                    drained += count;
                }
                return drained;
            });
        } catch (IOException e) {
            // It went away without listening.
        } finally {
            leg.close();
        }
    }
}
