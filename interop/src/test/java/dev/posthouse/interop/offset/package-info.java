/**
 * Our Offset against a second implementation of it in Go, in processes of their own over loopback: every role on either
 * side. {@code interop/run offset} builds that peer and runs these.
 *
 * <p>{@link dev.posthouse.interop.offset.LiveRelay} is a relay of either kind, {@link dev.posthouse.interop.offset.Clients} starts
 * clients of either kind, and {@link dev.posthouse.interop.offset.Events} reads what they say.
 */
@NullMarked
package dev.posthouse.interop.offset;

import org.jspecify.annotations.NullMarked;
