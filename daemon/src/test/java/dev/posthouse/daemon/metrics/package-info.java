@NullMarked
package dev.posthouse.daemon.metrics;

import org.jspecify.annotations.NullMarked;
