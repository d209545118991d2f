/** Tests of what the peers in the laboratory say and send; they need no laboratory. */
@NullMarked
package dev.posthouse.interop.nat.peer;

import org.jspecify.annotations.NullMarked;
