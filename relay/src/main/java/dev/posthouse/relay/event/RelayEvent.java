package dev.posthouse.relay.event;

import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * What happens at a relay. The log, the metrics and the status are drawn from these and from nothing else. No event
 * carries a token or a key: names show as a {@link NameTag}.
 */
public sealed interface RelayEvent {

    /** The relay listens. */
    record Listening(InetSocketAddress address) implements RelayEvent {}

    /** A connection came in and was given to a dialect. */
    record Accepted(String dialect, InetSocketAddress remote) implements RelayEvent {}

    /**
     * A connection or a request was turned away before anything came of it.
     *
     * @param dialect whose it was, if that was known
     * @param reason why
     * @param detail one line for the log
     */
    record Refused(Optional<String> dialect, InetSocketAddress remote, Reason reason, String detail)
            implements RelayEvent {}

    /** A peer waits for its partner. */
    record WaitStarted(String dialect, Role role, NameTag name, InetSocketAddress remote) implements RelayEvent {}

    /** A peer that waited left: matched ({@link Reason#COMPLETED}), or for another reason. */
    record WaitEnded(String dialect, Role role, NameTag name, Reason reason, Duration waited) implements RelayEvent {}

    /** Two peers met; they choose a route now. */
    record Met(String dialect, long circuit, NameTag name, InetSocketAddress dialer, InetSocketAddress acceptor)
            implements RelayEvent {}

    /**
     * Two peers that met do not use the relay: they went direct ({@link Reason#DIRECT}), or it failed.
     *
     * @param direct the direct path they told us of, if any
     */
    record NotRelayed(
            String dialect,
            long circuit,
            NameTag name,
            Reason reason,
            Optional<InetSocketAddress> direct,
            Duration took)
            implements RelayEvent {}

    /** A circuit carries bytes now. */
    record CircuitOpened(String dialect, long circuit, NameTag name, Duration took) implements RelayEvent {}

    /** A circuit ended. */
    record CircuitClosed(
            String dialect,
            long circuit,
            NameTag name,
            Reason reason,
            long dialerBytes,
            long acceptorBytes,
            Duration lasted,
            Optional<String> error)
            implements RelayEvent {}

    /** Accepting failed and pauses: descriptors are used up, most likely. */
    record AcceptPaused(String cause) implements RelayEvent {}

    /** Accepting goes on. */
    record AcceptResumed() implements RelayEvent {}

    /** Something that an operator should set otherwise, seen at work; each is told once. */
    record Advice(String dialect, String text) implements RelayEvent {}

    /** Our own fault. */
    record Fault(String doing, Throwable cause) implements RelayEvent {}
}
