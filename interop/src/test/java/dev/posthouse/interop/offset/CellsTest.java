package dev.posthouse.interop.offset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every relay with every listener and every connector: much in one direction, and both directions at once. */
@LiveOffset
class CellsTest {

    private static final Payload MUCH = Payload.of(4711, 256L << 20);
    private static final Payload UP = Payload.of(4712, 20L << 20);
    private static final Payload DOWN = Payload.of(4713, 20L << 20);

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    static Path directory = Path.of("");

    private static final Map<Side, LiveRelay> RELAYS = new EnumMap<>(Side.class);

    @BeforeAll
    static void serve() throws IOException {
        for (Side side : Side.values()) {
            RELAYS.put(side, LiveRelay.start(side, directory));
        }
    }

    @AfterAll
    static void close() {
        RELAYS.values().forEach(LiveRelay::close);
        RELAYS.clear();
    }

    static Stream<Arguments> cells() {
        return Stream.of(Side.values())
                .flatMap(relay -> Stream.of(Side.values()).flatMap(listener -> Stream.of(Side.values())
                        .map(connector -> Arguments.of(relay, listener, connector))));
    }

    private static LiveRelay relay(Side side) {
        return java.util.Objects.requireNonNull(RELAYS.get(side));
    }

    @ParameterizedTest(name = "relay {0}, listener {1}, connector {2}")
    @MethodSource("cells")
    void aLongFileComesThroughUnharmed(Side relay, Side listener, Side connector) throws Exception {
        new Transfer(relay(relay), directory)
                .up(
                        Transfer.End.of(listener, directory, peers(listener, "--padding", "small")),
                        Transfer.End.of(
                                connector,
                                directory,
                                peers(connector, "--padding", "small", "--chunk", Integer.toString(128 << 10))),
                        MUCH);
    }

    private static String[] peers(Side side, String... options) {
        return side == Side.PEER ? options : new String[0];
    }

    /** With as much padding as the original has. */
    @ParameterizedTest(name = "relay {0}, listener {1}, connector {2}")
    @MethodSource("cells")
    void filesCrossInBothDirectionsAtOnce(Side relay, Side listener, Side connector) throws Exception {
        LiveRelay meeting = relay(relay);
        Who d = Who.in(directory);
        Who c = Who.in(directory);
        Path toListener = Files.createTempFile(directory, "up", "");
        Path toConnector = Files.createTempFile(directory, "down", "");
        boolean mixed = listener != connector;
        try (ChildProcess listening = piping(listener, true, meeting, d, c, UP.length())
                .inputOpen()
                .output(toListener)
                .start()) {
            meeting.awaitListening(d, listening);
            try (ChildProcess connecting = piping(connector, false, meeting, c, d, DOWN.length())
                    .inputOpen()
                    .output(toConnector)
                    .start()) {
                Thread feeder = Thread.ofVirtual().start(() -> feed(connecting, UP, connector == Side.OURS && mixed));
                feed(listening, DOWN, listener == Side.OURS && mixed);
                feeder.join();
                // Theirs ends when it has everything; ours has its input open until then, since its end would be the
                // tunnel's.
                List<ChildProcess> order = listener == Side.OURS && mixed
                        ? List.of(connecting, listening)
                        : List.of(listening, connecting);
                for (ChildProcess process : order) {
                    if (mixed && process.equals(order.getLast())) {
                        process.input().close();
                    }
                    assertThat(process.awaitExit(PATIENCE))
                            .as(process::everything)
                            .isZero();
                }
            }
        }
        assertThat(Files.size(toListener)).isEqualTo(UP.length());
        assertThat(Transfer.sha256(toListener)).isEqualTo(UP.sha256());
        assertThat(Files.size(toConnector)).isEqualTo(DOWN.length());
        assertThat(Transfer.sha256(toConnector)).isEqualTo(DOWN.sha256());
        Files.delete(toListener);
        Files.delete(toConnector);
    }

    private static ChildProcess.Builder piping(
            Side side, boolean listens, LiveRelay relay, Who me, Who other, long awaited) {
        var options = new ArrayList<String>();
        if (listens) {
            options.addAll(List.of("--allow", other.key()));
        }
        if (side == Side.OURS) {
            return listens
                    ? Clients.accept(relay.meeting(), me, options.toArray(String[]::new))
                    : Clients.dial(relay.meeting(), me, other, options.toArray(String[]::new));
        }
        options.addAll(List.of("--app", "pipe", "--padding", "ref", "--until", Long.toString(awaited)));
        options.addAll(listens ? List.of("--count", "1") : List.of("--peer", other.key()));
        return Clients.peer(listens ? "listen" : "connect", relay.meeting(), me, options.toArray(String[]::new));
    }

    private static void feed(ChildProcess process, Payload data, boolean keepOpen) {
        try {
            OutputStream input = process.input();
            Files.copy(data.file(directory), input);
            input.flush();
            if (!keepOpen) {
                input.close();
            }
        } catch (IOException e) {
            // It has ended early; how, its exit says.
        }
    }
}
