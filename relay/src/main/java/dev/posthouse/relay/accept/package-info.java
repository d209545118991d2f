/** From the accepting socket to the dialect: layers that come off first, detection by first bytes, and what a dialect is. */
@NullMarked
package dev.posthouse.relay.accept;

import org.jspecify.annotations.NullMarked;
