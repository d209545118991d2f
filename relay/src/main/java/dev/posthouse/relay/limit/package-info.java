/** What a relay lets a peer have: connections, places to wait, circuits, bytes and memory, for each address and in all. */
@NullMarked
package dev.posthouse.relay.limit;

import org.jspecify.annotations.NullMarked;
