/**
 * TCP hole punching: a direct connection between two peers behind NATs and firewalls.
 *
 * <p>A {@link dev.posthouse.net.punch.PunchSocket} is one local port that listens on both address families and from which
 * the relay and all of the peer's candidates are dialled, so that the port the relay saw is the port that the peer meets.
 * Both peers dial at once; each one's SYN opens its own NAT for the other's (RFC 5128 section 3.4, RFC 9293 section 3.5 for
 * the simultaneous open). A {@link dev.posthouse.net.punch.Race} goes on dialling until its owner has chosen, since one
 * lost or refused SYN is the rule and not the exception:
 *
 * <pre>{@code
 * try (PunchSocket socket = PunchSocket.open(PunchSocket.Options.of(CandidatePolicy.of(AddressSpaces.DEFAULT)))) {
 *     Dialed relay = socket.dialRelay("relay.example:80", relayAddresses, Duration.ofSeconds(10));
 *     List<InetSocketAddress> candidates = meet(relay.stream());
 *     try (Race race = socket.race(candidates, Pacing.from(relay.roundTrip()))) {
 *         Optional<Arrival> arrival = race.next(Duration.ofSeconds(1));
 *         // say hello on arrival.stream(): chosen(), or rejected(why) and the next one
 *     }
 * }
 * }</pre>
 *
 * <p>An arrival is a raw TCP connection: whoever is at the other end is still to be found out, be it a stranger, or this
 * very socket.
 */
@NullMarked
package dev.posthouse.net.punch;

import org.jspecify.annotations.NullMarked;
