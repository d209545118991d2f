/**
 * Byte streams that never leave the process: pairs with a settable buffer, latency and half-close, and a {@link
 * dev.posthouse.net.memory.MemoryNetwork} of named listeners. For the tests of whatever runs over a {@link
 * dev.posthouse.net.ByteStream}, and for programs that hold both ends.
 *
 * <p>They keep the contract of a stream in full: back-pressure, resets, read timeouts and interrupts.
 */
@NullMarked
package dev.posthouse.net.memory;

import org.jspecify.annotations.NullMarked;
