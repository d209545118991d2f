package dev.posthouse.rdv.wire;

import dev.posthouse.net.Role;
import java.util.Optional;

/** The two methods of a request; roles come from them, never from who opened a connection. */
public enum Method {
    /** Chooses the route. */
    DIAL(Role.DIALER),
    /** Follows the choice. */
    ACCEPT(Role.ACCEPTOR);

    private final Role role;

    Method(Role role) {
        this.role = role;
    }

    /** What it makes its client. */
    public Role role() {
        return role;
    }

    /** The partner's method. */
    public Method other() {
        return this == DIAL ? ACCEPT : DIAL;
    }

    /** The method of that exact spelling; empty for any other. */
    public static Optional<Method> of(String name) {
        return switch (name) {
            case "DIAL" -> Optional.of(DIAL);
            case "ACCEPT" -> Optional.of(ACCEPT);
            default -> Optional.empty();
        };
    }
}
