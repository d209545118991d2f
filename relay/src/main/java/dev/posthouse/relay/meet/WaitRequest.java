package dev.posthouse.relay.meet;

import dev.posthouse.net.Role;
import dev.posthouse.relay.event.NameTag;
import java.time.Duration;
import java.util.Optional;

/**
 * How somebody waits.
 *
 * @param name under which it is found: what the two sides have agreed on, or a key
 * @param tag what events call the name
 * @param role one of the dialect's two
 * @param offer what its partner gets to know
 * @param limit how long; positive; empty for no bound, which only a peer that its dialect watches may have
 */
public record WaitRequest(String name, NameTag tag, Role role, Directory.Offer offer, Optional<Duration> limit) {}
