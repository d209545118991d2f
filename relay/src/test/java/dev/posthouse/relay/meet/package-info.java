@NullMarked
package dev.posthouse.relay.meet;

import org.jspecify.annotations.NullMarked;
