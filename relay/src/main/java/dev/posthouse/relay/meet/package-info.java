/** Who waits for whom: the directory, which knows values only, and the place where this node's connections wait. */
@NullMarked
package dev.posthouse.relay.meet;

import org.jspecify.annotations.NullMarked;
