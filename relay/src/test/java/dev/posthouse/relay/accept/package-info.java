@NullMarked
package dev.posthouse.relay.accept;

import org.jspecify.annotations.NullMarked;
