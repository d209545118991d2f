package dev.posthouse.interop.offset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;

/** That a relay serves. */
final class Serving {

    private Serving() {}

    /** Takes a pair of strangers through a relay and back. */
    static void check(LiveRelay relay, Path directory) throws IOException {
        Who d = Who.in(directory);
        try (ChildProcess listener =
                Clients.peer("listen", relay.meeting(), d, "--app", "echo").start()) {
            relay.awaitListening(d, listener);
            echo(relay.meeting(), Who.in(directory), d);
            assertThat(listener.isAlive()).isTrue();
        }
    }

    /** Sends something to a listener that sends it back. */
    static void echo(Meeting relay, Who me, Who to) throws IOException {
        try (ChildProcess connector = echoing(relay, me, to).start()) {
            returned(connector);
        }
    }

    static ChildProcess.Builder echoing(Meeting relay, Who me, Who to) {
        return Clients.peer(
                "connect", relay, me, "--peer", to.key(), "--app", "source", "--echoed", "--bytes", "100000");
    }

    static void returned(ChildProcess connector) {
        assertThat(connector.awaitExit()).as(connector::everything).isZero();
        assertThat(Events.out(connector).await("returned").get("same").getAsBoolean())
                .isTrue();
    }
}
