package dev.posthouse.relay.accept;

import dev.posthouse.net.Reason;
import java.io.IOException;
import java.util.Optional;

/** Where a connection goes when its first bytes are known. */
public sealed interface Destination {

    /** To the dialect whose they are. */
    record OfDialect(String name, ConnectionHandler handler) implements Destination {}

    /** To a room that looks further to see whose it is. */
    record OfRoom(Room room) implements Destination {}

    /** Finds out whose a connection is by more than its first bytes, and has it served. Thread-safe. */
    interface Room {

        /** Whose a connection is presumed to be before that is known. */
        Optional<String> presumed();

        /**
         * As {@link ConnectionHandler#serve}.
         *
         * @param whose notified of the dialect as soon as that is known
         * @param relay asked again before each further request
         */
        void serve(Inbound connection, Attribution whose, Availability relay) throws IOException;

        /** As {@link ConnectionHandler#refuse}. */
        void refuse(Inbound connection, Reason why, String detail) throws IOException;
    }
}
