/** Writes JSON; nothing here reads it. */
@NullMarked
package dev.posthouse.daemon.json;

import org.jspecify.annotations.NullMarked;
