@NullMarked
package dev.posthouse.cli.streams;

import org.jspecify.annotations.NullMarked;
