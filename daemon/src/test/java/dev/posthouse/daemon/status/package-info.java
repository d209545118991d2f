@NullMarked
package dev.posthouse.daemon.status;

import org.jspecify.annotations.NullMarked;
