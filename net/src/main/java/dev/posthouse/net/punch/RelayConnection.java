package dev.posthouse.net.punch;

import dev.posthouse.net.TcpStream;
import java.time.Duration;

/**
 * A connection to the relay from the punching port.
 *
 * @param stream the caller's to close
 * @param roundTrip how long the connect took; more than the true round trip if a packet was lost
 */
public record RelayConnection(TcpStream stream, Duration roundTrip) {}
