@NullMarked
package dev.posthouse.daemon.log;

import org.jspecify.annotations.NullMarked;
