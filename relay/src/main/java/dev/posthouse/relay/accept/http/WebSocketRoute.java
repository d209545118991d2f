package dev.posthouse.relay.accept.http;

import dev.posthouse.relay.accept.Carried;
import dev.posthouse.relay.accept.Detection;
import java.util.Optional;

/** Where the WebSockets go that are asked for at one path. */
sealed interface WebSocketRoute {

    /** What is spoken in them, if that has a name. */
    Optional<String> subprotocol();

    /** Whose they are; empty if only their first bytes say so. */
    Optional<String> dialect();

    /** To one dialect, as messages. */
    record AsMessages(Optional<String> subprotocol, String owner, Carried.Messages carried) implements WebSocketRoute {
        @Override
        public Optional<String> dialect() {
            return Optional.of(owner);
        }
    }

    /** To one dialect, as bytes. */
    record AsBytes(Optional<String> subprotocol, String owner, Carried.Bytes carried) implements WebSocketRoute {
        @Override
        public Optional<String> dialect() {
            return Optional.of(owner);
        }
    }

    /** To the dialect whose its first bytes are. */
    record ByFirstBytes(Optional<String> subprotocol, Detection<RequestTable.Owned<Carried.ByteHandler>> dialects)
            implements WebSocketRoute {
        @Override
        public Optional<String> dialect() {
            return Optional.empty();
        }
    }
}
