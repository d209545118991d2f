/**
 * Whole-process benchmarks, side by side with other relays; {@code bench/run} builds and starts them.
 *
 * <p>{@link dev.posthouse.bench.Bench} is the program. A {@linkplain dev.posthouse.bench.contestant contestant} is a
 * relay that runs as a process of its own; a {@linkplain dev.posthouse.bench.measure measure} starts one, puts load on it
 * and yields figures; the {@linkplain dev.posthouse.bench.report report} prints every round and then the medians. This
 * process is the load generator. Linux only: figures of processes come from {@code /proc}.
 */
@NullMarked
package dev.posthouse.bench;

import org.jspecify.annotations.NullMarked;
