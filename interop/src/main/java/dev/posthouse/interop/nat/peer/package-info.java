/**
 * What runs inside the NAT laboratory: a peer and a relay of ours, each a process of its own in a network namespace, and
 * the lines by which they are told what to do. The peer speaks the same lines as {@code rdvpeer tries} of
 * interop/peers/rdv, so that the original stands in its place where a cell wants it.
 */
@NullMarked
package dev.posthouse.interop.nat.peer;

import org.jspecify.annotations.NullMarked;
