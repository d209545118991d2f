/** A data path and a directory that fail on demand, for the tests of every dialect. */
@org.jspecify.annotations.NullMarked
package dev.posthouse.relay.fault;
