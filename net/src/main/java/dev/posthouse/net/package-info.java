/**
 * A stream and how to get one.
 *
 * <p>Everything above this module works on one interface, {@link dev.posthouse.net.ByteStream}: a blocking, full-duplex
 * stream of bytes made for virtual threads. {@link dev.posthouse.net.TcpStream} is the plainest one; TLS wraps one, the
 * in-memory transport makes pairs of them, and later a relayed circuit is again one. {@link
 * dev.posthouse.net.dial} and {@link dev.posthouse.net.TcpListener} are how one gets the first.
 *
 * <p>Failures of the network are {@link dev.posthouse.net.NetworkFailure}s, which are {@link java.io.IOException}s; a
 * wrong argument is an {@link IllegalArgumentException} that says what would be right.
 */
@NullMarked
package dev.posthouse.net;

import org.jspecify.annotations.NullMarked;
