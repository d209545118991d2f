package dev.posthouse.daemon.log;

import dev.posthouse.net.Reason;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.relay.event.RelayEvent;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.event.Level;

/**
 * An event as the log shows it; names and fields are documented in docs/operations.md, and programs rely on them.
 *
 * @param level how loud
 * @param name of the event, words joined by dashes
 * @param fields in the order in which they are shown; numbers, or what shows itself as text
 * @param fault whose stack trace is shown, if it is our own
 */
public record EventLine(Level level, String name, Map<String, Object> fields, Optional<Throwable> fault) {

    /** An event without a fault. */
    static EventLine of(Level level, String name, Fields fields) {
        return new EventLine(level, name, fields.all, Optional.empty());
    }

    /** Collects fields in order. */
    static final class Fields {
        private final Map<String, Object> all = new LinkedHashMap<>();

        Fields with(String name, Object value) {
            all.put(name, value);
            return this;
        }

        Fields with(String name, Optional<?> value) {
            value.ifPresent(present -> all.put(name, present));
            return this;
        }

        Fields at(String name, InetSocketAddress address) {
            return with(name, text(address));
        }

        Fields pair(String dialect, long circuit, Object tag) {
            return with("dialect", dialect).with("circuit", circuit).with("name", tag);
        }

        Fields because(Reason reason) {
            return with("reason", reason.label());
        }

        Fields took(Duration duration) {
            return with("millis", duration.toMillis());
        }
    }

    /** An address as {@code IP:PORT}. */
    public static String text(InetSocketAddress address) {
        return address.isUnresolved()
                ? address.getHostString() + ":" + address.getPort()
                : AddressPort.of(address).toString();
    }

    /** What the log shows of a relay's event. A peer's fault is talk for debugging, our own is an error. */
    public static EventLine of(RelayEvent event) {
        return switch (event) {
            case RelayEvent.Listening e -> of(Level.INFO, "listening", new Fields().at("address", e.address()));
            case RelayEvent.Accepted e ->
                of(
                        Level.DEBUG,
                        "accepted",
                        new Fields().with("dialect", e.dialect()).at("remote", e.remote()));
            case RelayEvent.Refused e ->
                of(
                        e.reason() == Reason.INTERNAL ? Level.ERROR : Level.DEBUG,
                        "refused",
                        new Fields()
                                .with("dialect", e.dialect())
                                .at("remote", e.remote())
                                .because(e.reason())
                                .with("detail", e.detail()));
            case RelayEvent.WaitStarted e ->
                of(
                        Level.DEBUG,
                        "wait-started",
                        new Fields()
                                .with("dialect", e.dialect())
                                .with("role", e.role().label())
                                .with("name", e.name())
                                .at("remote", e.remote()));
            case RelayEvent.WaitEnded e ->
                of(
                        Level.DEBUG,
                        "wait-ended",
                        new Fields()
                                .with("dialect", e.dialect())
                                .with("role", e.role().label())
                                .with("name", e.name())
                                .because(e.reason())
                                .took(e.waited()));
            case RelayEvent.Met e ->
                of(
                        Level.DEBUG,
                        "met",
                        new Fields()
                                .pair(e.dialect(), e.circuit(), e.name())
                                .at("dialer", e.dialer())
                                .at("acceptor", e.acceptor()));
            case RelayEvent.NotRelayed e ->
                of(
                        e.reason() == Reason.DIRECT ? Level.INFO : Level.DEBUG,
                        "not-relayed",
                        new Fields()
                                .pair(e.dialect(), e.circuit(), e.name())
                                .because(e.reason())
                                .with("direct", e.direct().map(EventLine::text))
                                .took(e.took()));
            case RelayEvent.CircuitOpened e ->
                of(
                        Level.INFO,
                        "circuit-opened",
                        new Fields().pair(e.dialect(), e.circuit(), e.name()).took(e.took()));
            case RelayEvent.CircuitClosed e ->
                of(
                        Level.INFO,
                        "circuit-closed",
                        new Fields()
                                .pair(e.dialect(), e.circuit(), e.name())
                                .because(e.reason())
                                .with("dialerBytes", e.dialerBytes())
                                .with("acceptorBytes", e.acceptorBytes())
                                .took(e.lasted())
                                .with("error", e.error()));
            case RelayEvent.AcceptPaused e -> of(Level.WARN, "accept-paused", new Fields().with("cause", e.cause()));
            case RelayEvent.AcceptResumed e -> of(Level.WARN, "accept-resumed", new Fields());
            case RelayEvent.Advice e ->
                of(
                        Level.WARN,
                        "advice",
                        new Fields().with("dialect", e.dialect()).with("message", e.text()));
            case RelayEvent.Fault e ->
                new EventLine(Level.ERROR, "fault", new Fields().with("doing", e.doing()).all, Optional.of(e.cause()));
        };
    }
}
