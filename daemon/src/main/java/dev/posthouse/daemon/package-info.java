/**
 * The relay process: configuration, log, metrics, status, draining and shutdown; no protocol.
 *
 * <p>{@link dev.posthouse.daemon.Daemon} is a running one, of which there may be several in a process; {@link
 * dev.posthouse.daemon.DaemonProcess} is the process around it: signals and exit code.
 */
@NullMarked
package dev.posthouse.daemon;

import org.jspecify.annotations.NullMarked;
