@NullMarked
package dev.posthouse.daemon.dialect;

import org.jspecify.annotations.NullMarked;
