/**
 * Addresses as text, as classes and as sets: what peers offer one another as candidates, and what a policy decides about.
 *
 * <p>{@link dev.posthouse.net.address.IpAddress} and {@link dev.posthouse.net.address.AddressPort} keep what a peer wrote
 * (an IPv4-mapped form, a zone of another host) so that it can be passed on unchanged, which {@link java.net.InetAddress}
 * cannot. {@link dev.posthouse.net.address.AddressSpaces} says which kinds of addresses are wanted, {@link
 * dev.posthouse.net.address.NetworkBlocks} which networks, and {@link dev.posthouse.net.address.OwnAddresses} finds what
 * this host can offer. Nothing here resolves a name or sends a packet.
 */
@NullMarked
package dev.posthouse.net.address;

import org.jspecify.annotations.NullMarked;
