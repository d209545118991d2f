package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import java.util.Optional;

/** A stream that is being watched. */
public interface Watch {

    /**
     * Takes the stream back. Exactly one of a release and the other ends wins.
     *
     * @return the stream to go on with, in blocking mode and with no byte lost (it may be another object than the one
     *     that was given); or empty if the watch had ended already, or ends now
     *     because the stream turns out to be readable: its {@code onEnd} then has it
     */
    Optional<ByteStream> release();
}
