/**
 * What every relay dialect shares: the one-port listener that tells dialects apart, admission and limits, the directory
 * of who waits for whom, circuits, typed events. No third-party dependencies.
 */
@NullMarked
package dev.posthouse.relay;

import org.jspecify.annotations.NullMarked;
