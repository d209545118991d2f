@NullMarked
package dev.posthouse.offset.client;

import org.jspecify.annotations.NullMarked;
