package dev.posthouse.relay.event;

/**
 * Is told what happens at a relay.
 *
 * <p>Called on whatever thread it happens on, several at once; it must not block and not throw. For one circuit the
 * order is the order in which things happened.
 */
@FunctionalInterface
public interface RelayListener {

    /** Listens to nothing. */
    RelayListener SILENT = event -> {};

    /** Something happened. */
    void on(RelayEvent event);

    /** Tells this one, then {@code next}. */
    default RelayListener andThen(RelayListener next) {
        return event -> {
            on(event);
            next.on(event);
        };
    }
}
