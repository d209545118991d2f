@NullMarked
package dev.posthouse.daemon;

import org.jspecify.annotations.NullMarked;
