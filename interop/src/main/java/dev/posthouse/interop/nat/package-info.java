/**
 * The NAT matrix: makes rdv connections between hosts behind NATs of every kind, with our client and the original's at
 * either end, and compares the routes with what interop/nat/expectations.txt says. {@link
 * dev.posthouse.interop.nat.NatMatrix} is the program behind {@code interop/run nat}.
 */
@NullMarked
package dev.posthouse.interop.nat;

import org.jspecify.annotations.NullMarked;
