/** Peers whose host vanishes without a packet more, in network namespaces: {@code interop/run vanished}. */
@NullMarked
package dev.posthouse.interop.transfers.vanished;

import org.jspecify.annotations.NullMarked;
