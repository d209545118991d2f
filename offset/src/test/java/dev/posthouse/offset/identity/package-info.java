@NullMarked
package dev.posthouse.offset.identity;

import org.jspecify.annotations.NullMarked;
