package dev.posthouse.offset.client;

import dev.posthouse.offset.identity.MalformedKeyFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;

/**
 * A relay's address in a file, as Offset's {@code stmgr relay-ticket} writes it (spec 10): {@code {"publicKey": "...", "address":
 * "host:port"}}.
 *
 * @param relay what is in it
 */
public record RelayTicket(RelayAddress relay) {

    private static final String RIGHT = "a relay ticket is {\"publicKey\": \"...\", \"address\": \"HOST:PORT\"}";

    /**
     * Reads a file, which has at most 16 KiB.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws MalformedKeyFile if it is longer, or is no relay ticket
     * @throws IOException if it cannot be read
     */
    public static RelayTicket read(Path file) throws IOException {
        return new RelayTicket(Ticket.read(file, RIGHT, Ticket::relay));
    }

    /**
     * Writes a new file.
     *
     * @throws FileAlreadyExistsException if there is something of this name, which is never touched
     * @throws IOException if it cannot be written; there is none then
     */
    public void write(Path file) throws IOException {
        Ticket.write(file, text());
    }

    /** What stands in the file. */
    public String text() {
        return Ticket.text(writer -> Ticket.write(writer, relay));
    }
}
