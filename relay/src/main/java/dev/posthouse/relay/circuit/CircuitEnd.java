package dev.posthouse.relay.circuit;

import dev.posthouse.net.budget.Holding;
import dev.posthouse.relay.limit.Party;

/**
 * One end of a circuit: a connection of its own, or one of many that a connection carries. What it gives back is its own alone: of a
 * connection that carries others as well, nothing but what this circuit had of it. Any thread may call.
 */
public interface CircuitEnd {

    /** Whose it is. */
    Party party();

    /** What is held for it. */
    Holding holding();

    /**
     * Whether it came in by way of {@code relay}, of those that share services.
     *
     * @param relay as that relay has called itself when the connection was accepted
     */
    boolean isAcceptedBy(Object relay);

    /** Gives its place back without closing its stream, which somebody else has closed or will close. */
    void release();

    /** Resets its stream and gives its place back. */
    void abort();
}
