package dev.posthouse.relay.accept;

import dev.posthouse.net.Reason;
import java.util.Optional;

/** Whether a relay takes anybody at the moment. Any thread. */
@FunctionalInterface
public interface Availability {

    /** Why it takes nobody now; empty if it does. */
    Optional<Unavailable> refusal();

    /**
     * It takes nobody.
     *
     * @param why as it is counted
     * @param detail for the peer: names the limit, no address
     */
    record Unavailable(Reason why, String detail) {}
}
