@NullMarked
package dev.posthouse.daemon.access;

import org.jspecify.annotations.NullMarked;
