package dev.posthouse.net.connection;

import java.net.InetSocketAddress;

/** Which way the bytes of a connection run. */
public sealed interface Route {

    /** Straight to the peer. */
    record Direct(InetSocketAddress remote) implements Route {}

    /** Through a relay. */
    record Relayed(InetSocketAddress relay) implements Route {}

    /** The far end of the outermost connection: the peer's address, or the relay's. */
    default InetSocketAddress remote() {
        return switch (this) {
            case Direct direct -> direct.remote();
            case Relayed relayed -> relayed.relay();
        };
    }

    /** The word for it in logs, metrics and JSON: "direct" or "relayed". */
    default String label() {
        return switch (this) {
            case Direct direct -> "direct";
            case Relayed relayed -> "relayed";
        };
    }
}
