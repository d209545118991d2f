package dev.posthouse.interop.offset;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of every age at one relay of ours (spec 12). */
@LiveOffset
class LegacyTest {

    private static final String CURRENT = "";
    private static final String LEGACY = "--legacy";
    private static final String ALPHA = "--legacy-alpha";

    private static LiveRelay relay;

    @TempDir
    static Path directory = Path.of("");

    @BeforeAll
    static void serve() throws IOException {
        relay = LiveRelay.start(Side.OURS, directory);
    }

    @AfterAll
    static void close() {
        relay.close();
    }

    /** A sink and a source of one age each. */
    private static final class Pair implements AutoCloseable {
        private final ChildProcess listener;
        private final ChildProcess connector;

        Pair(String listening, String connecting, long bytes, String... more) throws IOException {
            Who d = Who.in(directory);
            listener = Clients.peer(
                            "listen", relay.meeting(), d, with(more, listening, "--app", "sink", "--count", "1"))
                    .start();
            relay.awaitListening(d);
            connector = Clients.peer(
                            "connect",
                            relay.meeting(),
                            Who.in(directory),
                            with(
                                    more,
                                    connecting,
                                    "--peer",
                                    d.key(),
                                    "--app",
                                    "source",
                                    "--chunk",
                                    "65536",
                                    "--bytes",
                                    Long.toString(bytes)))
                    .start();
        }

        private static String[] with(String[] more, String age, String... options) {
            return Stream.of(Stream.of(options), Stream.of(more), Stream.of(age).filter(flag -> !flag.isEmpty()))
                    .flatMap(part -> part)
                    .toArray(String[]::new);
        }

        void cameThrough() {
            assertThat(connector.awaitExit()).as(connector::everything).isZero();
            assertThat(listener.awaitExit()).as(listener::everything).isZero();
            JsonObject received = Events.out(listener).await("received");
            JsonObject sent = Events.out(connector).await("sent");
            assertThat(received.get("bytes")).isEqualTo(sent.get("bytes"));
            assertThat(received.get("sha256")).isEqualTo(sent.get("sha256"));
        }

        @Override
        public void close() {
            connector.close();
            listener.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LEGACY, ALPHA})
    void sixtyFourMebibytesGoThroughInTheOldForms(String age) throws Exception {
        try (var pair = new Pair(age, age, 64L << 20, "--padding", "small")) {
            pair.cameThrough();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LEGACY, ALPHA})
    void withTheOriginalsPadding(String age) throws Exception {
        try (var pair = new Pair(age, age, 8L << 20)) {
            pair.cameThrough();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LEGACY, ALPHA})
    void withRekeysOnTheLegsAndInTheTunnel(String age) throws Exception {
        try (var pair = new Pair(age, age, 16L << 20, "--rekey-every", "20ms")) {
            pair.cameThrough();
            JsonObject received = Events.out(pair.listener).await("received");
            assertThat(received.get("rekeys").getAsLong()).isPositive();
            assertThat(received.get("leg_rekeys").getAsLong()).isPositive();
        }
    }

    @Test
    void allAgesSideBySide() throws Exception {
        long bytes = 16L << 20;
        try (var legacy = new Pair(LEGACY, LEGACY, bytes);
                var current = new Pair(CURRENT, CURRENT, bytes);
                var alpha = new Pair(ALPHA, ALPHA, bytes)) {
            legacy.cameThrough();
            current.cameThrough();
            alpha.cameThrough();
        }
    }

    static Stream<Arguments> mixed() {
        return Stream.of(
                Arguments.of(CURRENT, LEGACY),
                Arguments.of(LEGACY, CURRENT),
                Arguments.of(CURRENT, ALPHA),
                Arguments.of(ALPHA, CURRENT));
    }

    /** Inside a tunnel they would not understand each other. */
    @ParameterizedTest(name = "listener {0}, connector {1}")
    @MethodSource("mixed")
    void whoIsOfAnotherAgeThanTheListenerIsRefused(String listening, String connecting) throws Exception {
        try (var pair = new Pair(listening, connecting, 1)) {
            assertThat(pair.connector.awaitExit())
                    .as(pair.connector::everything)
                    .isEqualTo(1);
            assertThat(Events.out(pair.listener).all("incoming")).isEmpty();
            assertThat(pair.listener.isAlive()).isTrue();
        }
    }
}
