package dev.posthouse.rdv.wire;

import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.address.AddressPort;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The dialer's choice, as a line (spec 4.1). Read leniently, written in exactly two forms. */
public sealed interface Command {

    /** Use the connection on which this stands. */
    record Continue() implements Command {}

    /**
     * A direct connection was chosen.
     *
     * @param address the acceptor's, as the dialer sees it; empty if what stood there is none. For statistics only
     */
    record Other(Optional<AddressPort> address) implements Command {}

    /** @throws ProtocolViolation if the line is no command; the message does not repeat it */
    static Command of(Line line) throws ProtocolViolation {
        var words = line.words();
        if (!words.isEmpty() && words.getFirst().equals("CONTINUE")) {
            return new Continue();
        }
        if (words.size() == 2 && words.getFirst().equals("OTHER")) {
            try {
                return new Other(Optional.of(AddressPort.parse(words.getLast())));
            } catch (IllegalArgumentException e) {
                return new Other(Optional.empty());
            }
        }
        throw new ProtocolViolation("expected CONTINUE or OTHER ip:port");
    }

    /** The line as it is written. */
    default byte[] write() {
        String line =
                switch (this) {
                    case Continue c -> "CONTINUE\n";
                    case Other other ->
                        "OTHER " + other.address().map(Object::toString).orElse("0.0.0.0:0") + "\n";
                };
        // As lines are read: a zone, which only a peer's own words can have, may be any text.
        return line.getBytes(StandardCharsets.UTF_8);
    }
}
