/** Tests of what judges the NAT matrix; they need no laboratory. */
@NullMarked
package dev.posthouse.interop.nat;

import org.jspecify.annotations.NullMarked;
