package dev.posthouse.relay.accept;

/**
 * A dialect that is served.
 *
 * @param name the dialect's
 */
public record OpenDialect(String name, Service service) {}
