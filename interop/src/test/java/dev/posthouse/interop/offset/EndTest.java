package dev.posthouse.interop.offset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.interop.process.Payload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A source that ends as soon as it has sent: all of it arrives, though keepalives are on their way to it that it will not
 * read any more (a socket with unread bytes in it is reset).
 */
@LiveOffset
class EndTest {

    private static final int TIMES = 20;
    private static final Payload DATA = Payload.of(4721, 64L << 20);
    private static final String[] BUSY = {"--beat", "3ms", "--padding", "small"};

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

    static Stream<Arguments> times() {
        return Stream.of(Side.values()).flatMap(source -> Stream.of(Side.values())
                .flatMap(sink ->
                        IntStream.rangeClosed(1, times(source, sink)).mapToObj(i -> Arguments.of(source, sink, i))));
    }

    /** To our sink from theirs is what the cells show, too. */
    private static int times(Side source, Side sink) {
        return source == Side.PEER && sink == Side.OURS ? 4 : TIMES;
    }

    @ParameterizedTest(name = "source {0}, sink {1}: {2}")
    @MethodSource("times")
    void aSourceThatEndsAtOnceLosesNothing(Side source, Side sink, int time) throws Exception {
        Transfer.Result result = new Transfer(relay, directory)
                .up(
                        Transfer.End.of(sink, directory, sink == Side.PEER ? BUSY : new String[0]),
                        Transfer.End.of(
                                source,
                                directory,
                                source == Side.PEER
                                        ? new String[] {"--beat", "3ms", "--padding", "small", "--chunk", "65536"}
                                        : new String[0]),
                        DATA);
        assertThat(time).isPositive();
        result.received().ifPresent(events -> assertThat(
                        events.await("received").get("ended_by").getAsString())
                .isEqualTo("EOF"));
    }
}
