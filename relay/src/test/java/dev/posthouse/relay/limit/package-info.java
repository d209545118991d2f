@NullMarked
package dev.posthouse.relay.limit;

import org.jspecify.annotations.NullMarked;
