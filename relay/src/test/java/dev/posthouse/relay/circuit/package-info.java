@NullMarked
package dev.posthouse.relay.circuit;

import org.jspecify.annotations.NullMarked;
