package dev.posthouse.cli;

import dev.posthouse.cli.streams.StandardStreams;
import dev.posthouse.net.connection.AddressScheme;
import dev.posthouse.net.connection.StreamConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** One run of {@code dial} or {@code accept}: connect, pipe, say how it ended. */
final class Session {

    /** Dials or accepts. */
    @FunctionalInterface
    interface Connecting {
        StreamConnection connect(AddressScheme scheme, Optional<String> token) throws IOException;
    }

    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private Session() {}

    /** The exit code. */
    static int run(ConnectOptions options, Connecting connecting) {
        Talk talk = options.talk();
        try (var streams = StandardStreams.open()) {
            try (AddressScheme scheme = options.scheme();
                    StreamConnection connection =
                            connect(options, talk, scheme, options.token(scheme, streams.inputStream()), connecting)) {
                talk.connected(connection);
                Terminal terminal = Terminal.current();
                var pipe = new Pipe(connection, streams.in(), options.output(streams.out(), terminal), terminal.in());
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    if (pipe.interrupt()) {
                        lastWords(scheme);
                        talk.closed(pipe.sent(), pipe.received(), "interrupted", connection.verified());
                    }
                }));
                try (var progress = Progress.start(talk, terminal, pipe)) {
                    pipe.run();
                } finally {
                    if (pipe.finish()) {
                        talk.closed(pipe.sent(), pipe.received(), pipe.reason(), connection.verified());
                    }
                }
                return Failures.OK;
            }
        } catch (IOException | RuntimeException e) {
            // What a signal has cut short failed only because of it, and that is said already.
            if (!Main.isEnding()) {
                talk.failed(e);
            }
            return Failures.exitCode(e);
        }
    }

    /** What a dialect still delivers in the background, for as long as somebody who has interrupted us waits. */
    private static void lastWords(AddressScheme scheme) {
        try {
            Thread.ofVirtual().start(scheme::close).join(LAST_WORDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static StreamConnection connect(
            ConnectOptions options, Talk talk, AddressScheme scheme, Optional<String> token, Connecting connecting)
            throws IOException {
        talk.waiting(options.shownAddress());
        return connecting.connect(scheme, token);
    }
}
