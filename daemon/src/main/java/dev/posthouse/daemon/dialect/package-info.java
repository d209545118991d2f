/** The dialects as the daemon has them: what is set for each, and how it is made of that. */
@NullMarked
package dev.posthouse.daemon.dialect;

import org.jspecify.annotations.NullMarked;
