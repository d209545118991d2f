/**
 * The data path: joins two streams and moves bytes between them until both directions have ended.
 *
 * <p>Two raw TCP sockets go to an event loop on the JDK's selector, which holds no thread and no buffer for the pair;
 * any other pair is pumped by virtual threads. One contract, {@link dev.posthouse.relay.splice.DataPath}, and one test
 * suite over both. Why these two and no library stands in docs/decisions/001-nio-selector-data-path.md.
 *
 * <p>{@link dev.posthouse.relay.splice.Splicer} chooses. On the loops: {@code SelectorLoop} (thread, selector, {@code
 * TimerHeap}, {@code LoopBuffers}), {@code NioSplice} with its two {@code Leg}s, {@code NioWatch}. On virtual threads:
 * {@code PumpedSplice} with its two {@code Pump}s, {@code StreamWatch} with a {@code PendingRead}. {@link
 * dev.posthouse.relay.splice.Meter} limits both.
 */
@NullMarked
package dev.posthouse.relay.splice;

import org.jspecify.annotations.NullMarked;
