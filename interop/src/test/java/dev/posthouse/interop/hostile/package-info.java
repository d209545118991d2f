/** What peers that mean ill can do to a relay with a small heap, while a neighbour's circuit runs and newcomers come. */
@NullMarked
package dev.posthouse.interop.hostile;

import org.jspecify.annotations.NullMarked;
