/** The command line; the only place that prints. {@link dev.posthouse.cli.Main} is where it starts. */
@NullMarked
package dev.posthouse.cli;

import org.jspecify.annotations.NullMarked;
