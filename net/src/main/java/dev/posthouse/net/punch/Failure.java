package dev.posthouse.net.punch;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;

/** Why an attempt failed: the word for it in reports. */
enum Failure {
    /** A RST came: nothing listens there, or a NAT refuses what it does not expect. */
    REFUSED("refused"),
    /** An ICMP message came: a firewall, or no such host. */
    UNREACHABLE("unreachable"),
    /** Nothing came within the deadline. */
    NO_ANSWER("no answer"),
    /** The same pair of addresses and ports is connected, or not yet forgotten, by another socket of this host. */
    BUSY("address pair in use"),
    /** This host cannot send there. */
    NO_ROUTE("no route");

    private final String label;

    Failure(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /** What the exception of a connect means. */
    static Failure of(IOException e) {
        return switch (e) {
            // ETIMEDOUT comes as the same class as ECONNREFUSED
            case ConnectException refused ->
                String.valueOf(refused.getMessage()).contains("timed out") ? NO_ANSWER : REFUSED;
            case NoRouteToHostException unreachable -> UNREACHABLE;
            // EACCES, which is what an ICMPv6 "administratively prohibited" makes, comes as the class of EADDRNOTAVAIL
            case BindException busy -> String.valueOf(busy.getMessage()).contains("Permission") ? UNREACHABLE : BUSY;
            default -> NO_ROUTE;
        };
    }
}
