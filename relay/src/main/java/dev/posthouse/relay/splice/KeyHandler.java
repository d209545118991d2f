package dev.posthouse.relay.splice;

import dev.posthouse.net.Reason;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/** What is attached to a key of a {@link SelectorLoop}. Called on the loop's thread; must not block. */
interface KeyHandler {

    /**
     * The channel is ready, or was when the selector looked: what has happened since in the same turn may have ended the
     * handler, which then does nothing.
     */
    void ready(SelectionKey key);

    /**
     * The loop is closing, or this handler threw.
     *
     * @param reason {@link Reason#SHUTDOWN} or {@link Reason#INTERNAL}
     * @param cause what was thrown, with {@link Reason#INTERNAL} only
     */
    void stop(Reason reason, @Nullable Throwable cause);
}
