/**
 * Who is measured: relays as processes of their own, and the two ways to load one.
 *
 * <p>A <em>forwarder</em> is given one target address and pairs each connection with a connection to it. An <em>rdv
 * server</em> pairs the connections that come with the same token. Either way a {@link
 * dev.posthouse.bench.contestant.Pair} is the two outer ends of one circuit, both in this process.
 */
@NullMarked
package dev.posthouse.bench.contestant;

import org.jspecify.annotations.NullMarked;
