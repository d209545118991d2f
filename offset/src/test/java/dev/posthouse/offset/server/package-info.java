@NullMarked
package dev.posthouse.offset.server;

import org.jspecify.annotations.NullMarked;
