/**
 * How one gets a stream to a host: {@link dev.posthouse.net.dial.Dialer} is anything that does, {@link
 * dev.posthouse.net.dial.TcpDialer} the plainest.
 */
@NullMarked
package dev.posthouse.net.dial;

import org.jspecify.annotations.NullMarked;
