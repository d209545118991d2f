/** The log: every event as one line, for people or for programs, written off the threads on which things happen. */
@NullMarked
package dev.posthouse.daemon.log;

import org.jspecify.annotations.NullMarked;
