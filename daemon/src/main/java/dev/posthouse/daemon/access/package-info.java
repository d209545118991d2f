/** Who may use the relay: bearer tokens and networks. */
@NullMarked
package dev.posthouse.daemon.access;

import org.jspecify.annotations.NullMarked;
