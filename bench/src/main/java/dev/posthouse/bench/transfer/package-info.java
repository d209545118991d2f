/** What the acknowledged stream costs the command line: the same transfer with it and without, as whole processes. */
@NullMarked
package dev.posthouse.bench.transfer;

import org.jspecify.annotations.NullMarked;
