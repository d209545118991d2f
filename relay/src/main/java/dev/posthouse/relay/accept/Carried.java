package dev.posthouse.relay.accept;

import dev.posthouse.net.MessageStream;
import dev.posthouse.net.http.RequestHead;
import java.io.IOException;

/**
 * In what form WebSockets reach a dialect, once their upgrade was answered. The handlers are called as {@link
 * ConnectionHandler#serve} is; the head of the upgrade goes along, with an {@code Origin} that is the dialect's to judge.
 */
public sealed interface Carried {

    /**
     * As messages.
     *
     * @param longest the most bytes that one may have
     */
    record Messages(int longest, MessageHandler handler) implements Carried {
        public Messages {
            if (longest < 1) {
                throw new IllegalArgumentException("a message may have one byte at least, not " + longest);
            }
        }
    }

    /** As bytes. */
    record Bytes(ByteHandler handler) implements Carried {}

    /**
     * As bytes of which the first ones say whose they are: several dialects may have them at the same path, with the same subprotocol,
     * and each with a detector of its own.
     */
    record Detected(Detector detector, ByteHandler handler) implements Carried {}

    /** Serves WebSockets as messages. */
    @FunctionalInterface
    interface MessageHandler {

        /**
         * Serves one.
         *
         * @param connection its stream is below {@code messages} and read and written by these alone
         * @param upgrade the request by which it came
         */
        void serve(Inbound connection, MessageStream messages, RequestHead upgrade) throws IOException;
    }

    /** Serves WebSockets as bytes. */
    @FunctionalInterface
    interface ByteHandler {

        /**
         * Serves one.
         *
         * @param connection its stream is what the WebSocket carries, from the first byte on
         * @param upgrade the request by which it came
         */
        void serve(Inbound connection, RequestHead upgrade) throws IOException;
    }
}
