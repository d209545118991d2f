package dev.posthouse.interop.offset;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import dev.posthouse.interop.process.Payload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every padding with every other, in many small messages, through our relay. */
@LiveOffset
class PaddingTest {

    private static final Payload DATA = Payload.of(4731, 3_000_001);

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

    static Stream<Arguments> paddings() {
        return Stream.of("none", "small", "ref").flatMap(listener -> Stream.of("none", "small", "ref")
                .map(connector -> Arguments.of(listener, connector)));
    }

    @ParameterizedTest(name = "listener {0}, connector {1}")
    @MethodSource("paddings")
    void isTakenOffAgain(String listener, String connector) throws Exception {
        Transfer.Result result = new Transfer(relay, directory)
                .up(
                        Transfer.End.of(Side.PEER, directory, "--padding", listener),
                        Transfer.End.of(Side.PEER, directory, "--padding", connector, "--chunk", "5000"),
                        DATA);
        JsonArray seen = result.received().orElseThrow().await("received").getAsJsonArray("padding");
        int most = seen.get(3).getAsInt();
        switch (connector) {
            case "none" -> assertThat(most).isZero();
            case "small" -> assertThat(most).isBetween(200, 255);
            default -> assertThat(most).isGreaterThan(60_000);
        }
    }
}
