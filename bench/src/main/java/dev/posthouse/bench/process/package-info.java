/** The processes under measurement: starting and ending them, and what {@code /proc} says of them. */
@NullMarked
package dev.posthouse.bench.process;

import org.jspecify.annotations.NullMarked;
