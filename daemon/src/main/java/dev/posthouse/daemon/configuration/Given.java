package dev.posthouse.daemon.configuration;

/**
 * A value and where it came from.
 *
 * @param value read and checked
 * @param source of the value
 */
record Given<T>(T value, Source source) {}
