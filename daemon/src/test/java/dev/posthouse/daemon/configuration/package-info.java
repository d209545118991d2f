@NullMarked
package dev.posthouse.daemon.configuration;

import org.jspecify.annotations.NullMarked;
