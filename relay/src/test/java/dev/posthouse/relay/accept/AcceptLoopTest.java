package dev.posthouse.relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.event.RelayListener;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever happens while it accepts, it goes on until it is stopped. */
class AcceptLoopTest {

    /** One outcome of accept: a connection, or what it throws. */
    private interface Outcome extends AcceptLoop.Source {}

    private final ArrayDeque<Outcome> script = new ArrayDeque<>();
    private final List<SocketChannel> welcomed = new ArrayList<>();
    private final List<RelayEvent> events = new ArrayList<>();

    private void run(RelayListener listener, Outcome... outcomes) {
        script.addAll(List.of(outcomes));
        new AcceptLoop(() -> script.remove().accept(), welcomed::add, script::isEmpty, listener, Duration.ofNanos(1))
                .run();
    }

    private static Outcome fails(Error error) {
        return () -> {
            throw error;
        };
    }

    private static Outcome fails(IOException failure) {
        return () -> {
            throw failure;
        };
    }

    @Test
    void errorIsReportedAndTheNextConnectionIsWelcome() throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
            var error = new OutOfMemoryError("unable to create native thread");
            run(events::add, fails(error), () -> channel);
            assertThat(events).containsExactly(new RelayEvent.Fault("accepting a connection", error));
            assertThat(welcomed).containsExactly(channel);
        }
    }

    @Test
    void pauseIsToldOnceAndSoIsItsEnd() throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
            run(
                    events::add,
                    fails(new IOException("Too many open files")),
                    fails(new IOException("Too many open files")),
                    () -> channel,
                    () -> channel);
            assertThat(events)
                    .containsExactly(
                            new RelayEvent.AcceptPaused("Too many open files"), new RelayEvent.AcceptResumed());
            assertThat(welcomed).hasSize(2);
        }
    }

    @Test
    void listenerThatThrowsStopsNothing() throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
            run(
                    event -> {
                        throw new IllegalStateException("of the listener's own making");
                    },
                    fails(new IOException("Too many open files")),
                    fails(new OutOfMemoryError("Java heap space")),
                    () -> channel);
            assertThat(welcomed).containsExactly(channel);
        }
    }
}
