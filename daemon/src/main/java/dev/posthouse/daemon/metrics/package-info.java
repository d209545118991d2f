/** The metrics, drawn from the relay's events and from its state; names and labels are in docs/operations.md. */
@NullMarked
package dev.posthouse.daemon.metrics;

import org.jspecify.annotations.NullMarked;
