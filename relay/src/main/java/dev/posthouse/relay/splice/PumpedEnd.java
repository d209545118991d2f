package dev.posthouse.relay.splice;

import dev.posthouse.net.Reason;
import java.io.IOException;

/**
 * What is done to one stream of a pumped pair that is not about what it carries: of bytes or of messages alike.
 *
 * @param reset aborts it
 * @param closing closes it in order
 */
record PumpedEnd(Runnable reset, Closing closing) {

    /** Closes a stream. */
    interface Closing {
        void close() throws IOException;
    }

    void abort() {
        reset.run();
    }

    /** In order if the pair came to its end in order. */
    void close(Reason why) {
        if (why != Reason.COMPLETED) {
            abort();
            return;
        }
        try {
            closing.close();
        } catch (IOException e) {
            // both directions have ended; a failure to say farewell is not the peers' affair
        }
    }
}
