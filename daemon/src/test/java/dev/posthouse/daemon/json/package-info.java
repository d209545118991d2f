@NullMarked
package dev.posthouse.daemon.json;

import org.jspecify.annotations.NullMarked;
