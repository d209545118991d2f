package dev.posthouse.relay.circuit;

import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.splice.SpliceEnd;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What is to become a circuit.
 *
 * @param dialect whose
 * @param number from {@link Circuits#nextNumber}
 * @param name under which the two met
 * @param dialer given up; let go of in the end
 * @param acceptor given up; let go of in the end
 * @param joint joins what the two ends carry, the dialer's side on the left
 * @param permit the circuit's place among those that the limits allow; given back in the end
 * @param terms of the dialect or the application, besides the limits
 * @param took since the two met
 * @param onEnd called once, on a virtual thread, after the end was counted
 */
public record CircuitRequest(
        String dialect,
        long number,
        NameTag name,
        CircuitEnd dialer,
        CircuitEnd acceptor,
        Joint joint,
        Permit permit,
        CircuitTerms terms,
        Duration took,
        Consumer<SpliceEnd> onEnd) {}
