/** What is measured: each {@link dev.posthouse.bench.measure.Measure} starts a contestant, loads it and yields figures. */
@NullMarked
package dev.posthouse.bench.measure;

import org.jspecify.annotations.NullMarked;
