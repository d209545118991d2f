package dev.posthouse.relay.accept;

import dev.posthouse.net.Deadline;
import dev.posthouse.net.LingeringClose;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Last words: writes an answer and closes so that it arrives, within {@link LingeringClose#LIMIT} for all of it. (The original of rdv
 * gives a late refusal 10 ms, which loses it over TLS and over slow links: spec of rdv 10.2 #7.)
 */
public final class Farewell {

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
        long deadline = System.nanoTime() + LingeringClose.LIMIT.toNanos();
        try {
            Deadline.within(leg.stream(), LingeringClose.LIMIT, "the last words", () -> {
                leg.stream().write(ByteBuffer.wrap(words));
                return true;
            });
            LingeringClose.close(leg.stream(), deadline, DRAIN);
        } catch (IOException e) {
            // It went away without listening.
        } finally {
            leg.close();
        }
    }
}
