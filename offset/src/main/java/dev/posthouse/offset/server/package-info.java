/** The Offset relay, as a dialect of {@link dev.posthouse.relay.Relay}. */
@NullMarked
package dev.posthouse.offset.server;

import org.jspecify.annotations.NullMarked;
