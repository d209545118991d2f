/** Pairs that carry bytes: opened by one call, ended once, whatever fails. */
@NullMarked
package dev.posthouse.relay.circuit;

import org.jspecify.annotations.NullMarked;
