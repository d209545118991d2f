package dev.posthouse.bench.contestant;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** Something that a relay holds as long as this is not closed: a circuit, or a peer that waits. */
public interface Held extends Closeable {

    /**
     * Looks whether the relay still holds it, while nobody else uses it; it is of no further use then.
     *
     * @return if it does not, what came instead
     */
    Optional<String> gone() throws IOException;
}
