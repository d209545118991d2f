/**
 * The standard streams of the process: whether they are there at all, how they are read and written without loss whatever
 * their mode, and what is said when they fail.
 */
@NullMarked
package dev.posthouse.cli.streams;

import org.jspecify.annotations.NullMarked;
