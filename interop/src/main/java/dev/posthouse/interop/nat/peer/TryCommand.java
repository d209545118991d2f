package dev.posthouse.interop.nat.peer;

import com.google.gson.Gson;
import com.google.gson.JsonSyntaxException;

/**
 * A line that tells a peer to make one try.
 *
 * @param id given back with the answer
 * @param method dial or accept
 * @param server the relay's URL
 * @param token what both peers are told
 * @param timeoutMillis until connected
 * @param transferMillis for the exchange behind it
 * @param bytes how many random bytes this end sends, at most {@link SealedExchange#MAX_BYTES}
 * @param hold whether the peer says that it is connected, and sends the second half of its bytes only when it is told
 *     to go on; the original knows nothing of it and exchanges at once
 */
public record TryCommand(
        long id,
        String method,
        String server,
        String token,
        long timeoutMillis,
        long transferMillis,
        int bytes,
        boolean hold) {

    /** What lets a peer that holds go on. */
    public static final String RESUME = "{\"resume\":true}";

    /** The line, without its end. */
    public String toJson() {
        return new Gson().toJson(this);
    }

    /** @throws IllegalArgumentException if it is no such line */
    static TryCommand parse(String line) {
        try {
            TryCommand command = new Gson().fromJson(line, TryCommand.class);
            if (command != null) {
                return command;
            }
        } catch (JsonSyntaxException e) {
            throw new IllegalArgumentException("a command is one JSON object a line, not " + line, e);
        }
        throw new IllegalArgumentException("a command is one JSON object a line, not an empty one");
    }
}
