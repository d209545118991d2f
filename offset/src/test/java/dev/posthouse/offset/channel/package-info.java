@NullMarked
package dev.posthouse.offset.channel;

import org.jspecify.annotations.NullMarked;
