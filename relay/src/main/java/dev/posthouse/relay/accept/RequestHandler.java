package dev.posthouse.relay.accept;

import dev.posthouse.net.Reason;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.net.http.TextResponse;
import java.io.IOException;
import java.util.Optional;

/** Takes a connection over that asks for it in a request of HTTP, or says what to answer. Thread-safe. */
@FunctionalInterface
public interface RequestHandler {

    /**
     * Looks at one request, on the connection's virtual thread. A refused one may be followed by others on the same connection, which
     * may be other dialects'.
     *
     * @param head as it came
     * @param connection with every byte behind the head still in it
     * @return empty if it has taken the connection over, which it then closes in the end; or why not, which the relay answers and
     *     tells of. In that case nothing was read from it or written to it
     * @throws IOException what the peer or the network did; the relay closes the connection then and counts the reason
     */
    Optional<Refused> handle(RequestHead head, Inbound connection) throws IOException;

    /**
     * The answer to a request that the relay itself refuses: it goes down, or has too much to do.
     *
     * @param detail for the peer
     */
    default TextResponse refusal(Reason why, String detail) {
        return TextResponse.of(503, detail);
    }

    /**
     * A request that is refused.
     *
     * @param response its answer
     * @param reason how it is counted
     */
    record Refused(TextResponse response, Reason reason) {}
}
