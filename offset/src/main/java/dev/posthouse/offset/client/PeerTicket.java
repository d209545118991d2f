package dev.posthouse.offset.client;

import com.google.gson.stream.JsonReader;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.offset.identity.MalformedKeyFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A peer and the relays at which it listens, in a file, as Offset's {@code stctrl} writes a friend (spec 10): {@code {"publicKey":
 * "...", "relays": [{"publicKey", "address"}, ...]}}.
 *
 * @param publicKey who it is
 * @param relays 16 at most, in no special order
 */
public record PeerTicket(Ed25519PublicKey publicKey, List<RelayAddress> relays) {

    /** Offset's {@code MAX_NODE_RELAYS}. */
    private static final int MAX_RELAYS = 16;

    private static final String PUBLIC_KEY = "publicKey";
    private static final String RELAYS = "relays";
    private static final String RIGHT =
            "a friend file is {\"publicKey\": \"...\", \"relays\": [{\"publicKey\": \"...\", \"address\": \"HOST:PORT\"}]}";

    /** @throws IllegalArgumentException if there are more relays */
    public PeerTicket {
        relays = List.copyOf(relays);
        if (relays.size() > MAX_RELAYS) {
            throw new IllegalArgumentException("a peer has " + MAX_RELAYS + " relays at most, not " + relays.size());
        }
    }

    /**
     * Reads a file, which has at most 16 KiB.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws MalformedKeyFile if it is longer, or is no friend's
     * @throws IOException if it cannot be read
     */
    public static PeerTicket read(Path file) throws IOException {
        return Ticket.read(file, RIGHT, PeerTicket::read);
    }

    private static PeerTicket read(JsonReader reader) throws IOException {
        @Nullable String key = null;
        @Nullable List<RelayAddress> relays = null;
        reader.beginObject();
        while (reader.hasNext()) {
            switch (reader.nextName()) {
                case PUBLIC_KEY -> key = Ticket.once(PUBLIC_KEY, key, reader);
                case RELAYS -> {
                    if (relays != null) {
                        throw new IllegalArgumentException("\"" + RELAYS + "\" is there twice");
                    }
                    relays = new ArrayList<>();
                    reader.beginArray();
                    while (reader.hasNext()) {
                        relays.add(Ticket.relay(reader));
                    }
                    reader.endArray();
                }
                default -> reader.skipValue(); // as the original does
            }
        }
        reader.endObject();
        String givenKey = Ticket.present(PUBLIC_KEY, key);
        return new PeerTicket(Ticket.key(givenKey), Ticket.present(RELAYS, relays));
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
        return Ticket.text(writer -> {
            writer.beginObject();
            writer.name(PUBLIC_KEY).value(publicKey.toString());
            writer.name(RELAYS).beginArray();
            for (RelayAddress relay : relays) {
                Ticket.write(writer, relay);
            }
            writer.endArray();
            writer.endObject();
        });
    }
}
