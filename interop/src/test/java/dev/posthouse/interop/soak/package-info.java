/**
 * A day's work of a small relay in an hour: a mixed load that follows from a seed, and whether the daemon that carries it still
 * holds at the end what it held at the beginning.
 */
@NullMarked
package dev.posthouse.interop.soak;

import org.jspecify.annotations.NullMarked;
