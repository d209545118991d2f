package dev.posthouse.interop.rdv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.testkit.LeakCheck;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every server with every dialer and every accepter, ours and the original, over either route. */
@LiveRdv
@ExtendWith(LeakCheck.class)
class MatrixTest {

    /** Different lengths and odd ones, so that no direction can be taken for the other. */
    private static final Payload FROM_DIALER = Payload.of(6401, (20 << 20) + 1);

    private static final Payload FROM_ACCEPTER = Payload.of(6402, (20 << 20) + 4_097);

    @TempDir
    static Path directory = Path.of("");

    static Stream<Arguments> cells() {
        return Stream.of(LiveServer.Kind.values()).flatMap(server -> Stream.of(LiveClient.Kind.values())
                .flatMap(dialer -> Stream.of(LiveClient.Kind.values()).flatMap(accepter -> Stream.of(Way.values())
                        .map(way -> Arguments.of(server, dialer, accepter, way)))));
    }

    @ParameterizedTest(name = "server {0}, dialer {1}, accepter {2}, {3}")
    @MethodSource("cells")
    void bothDirectionsAtOnceArriveWholeAndTheServerKnowsTheRoute(
            LiveServer.Kind serverKind, LiveClient.Kind dialerKind, LiveClient.Kind accepterKind, Way way)
            throws Exception {
        String token = "matrix-" + serverKind + "-" + dialerKind + "-" + accepterKind + "-" + way;
        try (LiveServer server = serverKind.start()) {
            URI uri = server.uri();
            var accepting =
                    accepterKind.with(way).exchange(Method.ACCEPT, uri, token, FROM_ACCEPTER, FROM_DIALER, directory);
            var dialing = dialerKind.with(way).exchange(Method.DIAL, uri, token, FROM_DIALER, FROM_ACCEPTER, directory);
            LiveClient.Result dialer = dialing.result();
            LiveClient.Result accepter = accepting.result();

            assertThat(dialer.route()).isEqualTo(way.label());
            assertThat(accepter.route()).isEqualTo(way.label());
            assertThat(dialer.received()).isEqualTo(FROM_ACCEPTER.sha256());
            assertThat(accepter.received()).isEqualTo(FROM_DIALER.sha256());
            switch (way) {
                case RELAYED -> {
                    assertThat(server.choice(token)).isEqualTo(new LiveServer.Choice(way, Optional.empty()));
                    LiveServer.Carried carried = server.carried(token);
                    assertThat(carried.inOrder()).isTrue();
                    carried.assertOf(
                            FROM_DIALER.length() + Exchange.FRAMING,
                            FROM_ACCEPTER.length() + Exchange.FRAMING,
                            serverKind == LiveServer.Kind.OURS
                                    && dialerKind == LiveClient.Kind.OURS
                                    && accepterKind == LiveClient.Kind.OURS);
                }
                case DIRECT ->
                    assertThat(server.choice(token))
                            .isEqualTo(new LiveServer.Choice(way, Optional.of(dialer.remote())));
            }
        }
    }
}
