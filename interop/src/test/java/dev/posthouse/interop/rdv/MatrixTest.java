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

/** Every server with every dialer and every acceptor, ours and the original, over either route. */
@LiveRdv
@ExtendWith(LeakCheck.class)
class MatrixTest {

    /** Different lengths and odd ones, so that no direction can be taken for the other. */
    private static final Payload FROM_DIALER = Payload.of(6401, (20 << 20) + 1);

    private static final Payload FROM_ACCEPTOR = Payload.of(6402, (20 << 20) + 4_097);

    @TempDir
    static Path directory = Path.of("");

    static Stream<Arguments> cells() {
        return Stream.of(LiveServer.Kind.values()).flatMap(server -> Stream.of(LiveClient.Kind.values())
                .flatMap(dialer -> Stream.of(LiveClient.Kind.values()).flatMap(acceptor -> Stream.of(Way.values())
                        .map(way -> Arguments.of(server, dialer, acceptor, way)))));
    }

    @ParameterizedTest(name = "server {0}, dialer {1}, acceptor {2}, {3}")
    @MethodSource("cells")
    void bothDirectionsAtOnceArriveWholeAndTheServerKnowsTheRoute(
            LiveServer.Kind serverKind, LiveClient.Kind dialerKind, LiveClient.Kind acceptorKind, Way way)
            throws Exception {
        String token = "matrix-" + serverKind + "-" + dialerKind + "-" + acceptorKind + "-" + way;
        try (LiveServer server = serverKind.start()) {
            URI uri = server.uri();
            var accepting =
                    acceptorKind.with(way).exchange(Method.ACCEPT, uri, token, FROM_ACCEPTOR, FROM_DIALER, directory);
            var dialing = dialerKind.with(way).exchange(Method.DIAL, uri, token, FROM_DIALER, FROM_ACCEPTOR, directory);
            LiveClient.Result dialer = dialing.result();
            LiveClient.Result acceptor = accepting.result();

            assertThat(dialer.route()).isEqualTo(way.label());
            assertThat(acceptor.route()).isEqualTo(way.label());
            assertThat(dialer.received()).isEqualTo(FROM_ACCEPTOR.sha256());
            assertThat(acceptor.received()).isEqualTo(FROM_DIALER.sha256());
            switch (way) {
                case RELAYED -> {
                    assertThat(server.choice(token)).isEqualTo(new LiveServer.Choice(way, Optional.empty()));
                    LiveServer.Carried carried = server.carried(token);
                    assertThat(carried.inOrder()).isTrue();
                    carried.assertOf(
                            FROM_DIALER.length() + Exchange.FRAMING,
                            FROM_ACCEPTOR.length() + Exchange.FRAMING,
                            serverKind == LiveServer.Kind.OURS
                                    && dialerKind == LiveClient.Kind.OURS
                                    && acceptorKind == LiveClient.Kind.OURS);
                }
                case DIRECT ->
                    assertThat(server.choice(token))
                            .isEqualTo(new LiveServer.Choice(way, Optional.of(dialer.remote())));
            }
        }
    }
}
