package dev.posthouse.interop.rdv;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.testkit.Background;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A client under test, ours or the original: one call, and then the {@link Exchange} of data. */
sealed interface LiveClient permits OurClient, OriginalClient {

    /** Whose. */
    enum Kind {
        OURS,
        ORIGINAL;

        /** One with the ordinary settings for that route. */
        LiveClient with(Way way) {
            return switch (this) {
                case OURS -> OurClient.with(way);
                case ORIGINAL -> OriginalClient.with(way);
            };
        }
    }

    /** Trusts the authorities in this PEM file. */
    LiveClient trusting(Path authorities) throws IOException;

    /** Trusts every server. */
    LiveClient insecure();

    /**
     * Connects and exchanges data, on a thread of its own.
     *
     * @param method which side to be
     * @param outgoing what to send
     * @param incoming what must come
     * @param directory for files
     */
    Background<Result> exchange(
            Method method, URI server, String token, Payload outgoing, Payload incoming, Path directory);

    /**
     * What a client says of itself.
     *
     * @param route "direct" or "relayed"
     * @param remote the far end of its connection
     * @param observed its own address, as the server told it
     * @param candidates what it offered
     * @param received the hash of what came, in lower-case hex
     */
    record Result(String route, String remote, Optional<String> observed, List<String> candidates, String received) {}
}
