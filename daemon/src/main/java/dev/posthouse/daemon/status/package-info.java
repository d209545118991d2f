/** What the daemon is doing now, as one JSON object. */
@NullMarked
package dev.posthouse.daemon.status;

import org.jspecify.annotations.NullMarked;
