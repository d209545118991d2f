/** A dialect that only tests have, added to the command line as any other: {@link dev.posthouse.cli.chime.ChimeModule}. */
@NullMarked
package dev.posthouse.cli.chime;

import org.jspecify.annotations.NullMarked;
