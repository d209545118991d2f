@NullMarked
package dev.posthouse.relay.event;

import org.jspecify.annotations.NullMarked;
