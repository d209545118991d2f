/** Tests of the data path: one contract, run over both of its engines, and each engine's own. */
@NullMarked
package dev.posthouse.relay.splice;

import org.jspecify.annotations.NullMarked;
