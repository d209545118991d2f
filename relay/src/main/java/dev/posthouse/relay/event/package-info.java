/** What happens at a relay, as typed events: the log, the metrics and the status are drawn from them. */
@NullMarked
package dev.posthouse.relay.event;

import org.jspecify.annotations.NullMarked;
