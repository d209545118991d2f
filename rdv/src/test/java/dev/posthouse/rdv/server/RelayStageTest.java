package dev.posthouse.rdv.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Reason;
import dev.posthouse.rdv.wire.Refusal;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.splice.Meter;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From the 101 to the end of relaying (spec 4), and the requests that never get there (spec 2.4). */
@ExtendWith(LeakCheck.class)
class RelayStageTest {

    /** A pair that has its 101s. */
    private record Met(RawPeer dialer, RawPeer acceptor) implements AutoCloseable {
        static Met at(ServerFixture server) throws IOException {
            RawPeer dialer = server.waiting("DIAL", "t");
            RawPeer acceptor = server.connect().send(RawPeer.request("ACCEPT", "t"));
            dialer.head();
            acceptor.head();
            return new Met(dialer, acceptor);
        }

        @Override
        public void close() throws IOException {
            dialer.close();
            acceptor.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"'CONTINUE\n'", "'  CONTINUE x=1\r\n'", "'CONTINUE\r\n'"})
    void bytesBehindContinueAreRelayedAndItsArgumentsAreNot(String line) throws IOException {
        try (var server = ServerFixture.start();
                Met met = Met.at(server)) {
            met.dialer().send(line + "hello");
            assertThat(met.acceptor().read(14)).isEqualTo("CONTINUE\nhello");
            met.acceptor().send("answer").end();
            assertThat(met.dialer().end().rest()).isEqualTo("answer");
            RelayEvent.CircuitClosed closed = server.awaitEvent(RelayEvent.CircuitClosed.class);
            assertThat(closed.reason()).isEqualTo(Reason.COMPLETED);
            assertThat(closed.dialerBytes()).isEqualTo(5);
            assertThat(closed.acceptorBytes()).isEqualTo(6);
        }
    }

    @Test
    void continueThatWasSentWithTheRequestWorksForWhoComesSecond() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer acceptor = server.waiting("ACCEPT", "t");
                RawPeer dialer = server.connect().send(RawPeer.request("DIAL", "t") + "CONTINUE\nearly")) {
            acceptor.head();
            dialer.head();
            assertThat(acceptor.read(14)).isEqualTo("CONTINUE\nearly");
        }
    }

    @Test
    void whatAnAcceptorSendsBeforeContinueIsKept() throws IOException {
        try (var server = ServerFixture.start();
                Met met = Met.at(server)) {
            met.acceptor().send("too early");
            met.dialer().send("CONTINUE\n");
            assertThat(met.dialer().read(9)).isEqualTo("too early");
        }
    }

    @Test
    void otherEndsBothAndIsCountedAsDirect() throws IOException {
        try (var server = ServerFixture.start();
                Met met = Met.at(server)) {
            met.dialer().send("OTHER 192.0.2.7:5000\n");
            assertThat(met.acceptor().rest()).isEmpty();
            assertThat(met.dialer().rest()).isEmpty();
            RelayEvent.NotRelayed end = server.awaitEvent(RelayEvent.NotRelayed.class);
            assertThat(end.reason()).isEqualTo(Reason.DIRECT);
            assertThat(end.direct().map(Object::toString)).contains("/192.0.2.7:5000");
        }
    }

    @ParameterizedTest
    @CsvSource({"'continue\n', PROTOCOL_ERROR", "'OTHER\n', PROTOCOL_ERROR", "'\r\nCONTINUE\n', PROTOCOL_ERROR"})
    void wrongCommandEndsBoth(String line, Reason reason) throws IOException {
        try (var server = ServerFixture.start();
                Met met = Met.at(server)) {
            met.dialer().send(line);
            assertThat(met.acceptor().rest()).isEmpty();
            assertThat(server.awaitEvent(RelayEvent.NotRelayed.class).reason()).isEqualTo(reason);
        }
    }

    @Test
    void dialerThatLeavesBeforeItsChoiceEndsBoth() throws IOException {
        try (var server = ServerFixture.start();
                Met met = Met.at(server)) {
            met.dialer().close();
            assertThat(met.acceptor().rest()).isEmpty();
            assertThat(server.awaitEvent(RelayEvent.NotRelayed.class).reason()).isEqualTo(Reason.PEER_GONE);
        }
    }

    @Test
    void choiceHasATimeLimit() throws IOException {
        Limits limits = Limits.builder().choice(Duration.ofMillis(100)).build();
        try (var server = ServerFixture.start(RdvServer.withDefaults(), limits);
                Met met = Met.at(server)) {
            assertThat(met.acceptor().rest()).isEmpty();
            assertThat(server.awaitEvent(RelayEvent.NotRelayed.class).reason()).isEqualTo(Reason.HANDSHAKE_TIMEOUT);
        }
    }

    @Test
    void idleCircuitEnds() throws IOException {
        Limits limits = Limits.builder().idle(Duration.ofMillis(200)).build();
        try (var server = ServerFixture.start(RdvServer.withDefaults(), limits);
                Met met = Met.at(server)) {
            met.dialer().send("CONTINUE\n");
            met.acceptor().read(9);
            assertThat(server.awaitEvent(RelayEvent.CircuitClosed.class).reason())
                    .isEqualTo(Reason.IDLE);
        }
    }

    @Test
    void handlerRejectsWithItsOwnWords() throws IOException {
        RdvServer rejecting = RdvServer.builder()
                .handler((dialer, acceptor) ->
                        new PairHandler.Verdict.Reject(new Refusal(403, "refused by the application", Reason.REJECTED)))
                .build();
        try (var server = ServerFixture.start(rejecting, Limits.DEFAULT);
                RawPeer dialer = server.waiting("DIAL", "t");
                RawPeer acceptor = server.connect().send(RawPeer.request("ACCEPT", "t"))) {
            String expected = dev.posthouse.rdv.Vectors.text("34-late-403-rejected.http");
            assertThat(dialer.rest()).isEqualTo(expected);
            assertThat(acceptor.rest()).isEqualTo(expected);
        }
    }

    @Test
    void handlerMetersAPairToTheByte() throws IOException {
        RdvServer metering = RdvServer.builder()
                .handler((dialer, acceptor) -> new PairHandler.Verdict.Relay(
                        List.of(Meter.allowance(10)), stream -> stream, stream -> stream, end -> {}))
                .build();
        try (var server = ServerFixture.start(metering, Limits.DEFAULT);
                Met met = Met.at(server)) {
            met.dialer().send("CONTINUE\n0123456789more");
            assertThat(met.acceptor().read(19)).isEqualTo("CONTINUE\n0123456789");
            RelayEvent.CircuitClosed closed = server.awaitEvent(RelayEvent.CircuitClosed.class);
            assertThat(closed.reason()).isEqualTo(Reason.LIMIT_BYTES);
            assertThat(closed.dialerBytes()).isEqualTo(10);
        }
    }

    @Test
    void tapThatFailsEndsBothAndGivesTheirPlacesBack() throws IOException {
        RdvServer tapping = RdvServer.builder()
                .handler((dialer, acceptor) -> new PairHandler.Verdict.Relay(
                        List.of(),
                        stream -> stream,
                        stream -> {
                            throw new IllegalStateException("made to fail");
                        },
                        end -> {}))
                .build();
        try (var server = ServerFixture.start(tapping, Limits.DEFAULT);
                Met met = Met.at(server)) {
            met.dialer().send("CONTINUE\n");
            assertThat(met.acceptor().rest()).isEqualTo("CONTINUE\n");
            assertThat(met.dialer().rest()).isEmpty();
            assertThat(server.awaitEvent(RelayEvent.Fault.class).cause()).hasMessage("made to fail");
            assertThat(server.awaitEvent(RelayEvent.NotRelayed.class).reason()).isEqualTo(Reason.INTERNAL);
            Awaitility.await().until(() -> server.relay().connections() == 0);
            assertThat(server.relay().services().admission().circuits()).isZero();
        }
    }

    @Test
    void authoriserIsAskedBeforeTheLobby() throws IOException {
        RdvServer guarded = RdvServer.builder()
                .authoriser((request, from) ->
                        request.head().headers().first("Authorization").isPresent()
                                ? Optional.empty()
                                : Optional.of(new Refusal(401, "say who you are", Reason.UNAUTHORIZED)))
                .build();
        try (var server = ServerFixture.start(guarded, Limits.DEFAULT);
                RawPeer stranger = server.connect().send(RawPeer.request("DIAL", "t"))) {
            assertThat(stranger.head())
                    .startsWith("HTTP/1.1 401 Unauthorized\r\n")
                    .contains("Www-Authenticate: Bearer");
            assertThat(server.relay().services().admission().waiting()).isZero();
            // The same connection may try again.
            stranger.read("say who you are\n".length());
            stranger.send(RawPeer.request("DIAL", "t", "Authorization: Bearer x"));
            server.awaitEvent(RelayEvent.WaitStarted.class);
        }
    }

    @Test
    void refusedRequestsMayFollowOneAnother() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.connect()) {
            peer.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
            for (int i = 0; i < 2; i++) {
                assertThat(peer.head()).startsWith("HTTP/1.1 426 Upgrade Required\r\n");
                assertThat(peer.read(49)).isEqualTo("invalid rdv upgrade: requires connection upgrade\n");
            }
        }
    }

    @Test
    void subPathIsTakenOffAndOthersAreNotFound() throws IOException {
        RdvServer below = RdvServer.builder().path("/rdv").build();
        try (var server = ServerFixture.start(below, Limits.DEFAULT);
                RawPeer peer = server.waiting("DIAL", "rdv/t");
                RawPeer lost = server.connect().send(RawPeer.request("DIAL", "t"))) {
            assertThat(lost.head()).startsWith("HTTP/1.1 404 ");
            try (RawPeer other = server.connect().send(RawPeer.request("ACCEPT", "rdv/t"))) {
                assertThat(peer.head()).startsWith("HTTP/1.1 101");
                assertThat(other.head()).startsWith("HTTP/1.1 101");
            }
        }
    }

    @Test
    void requestThatComesByteByByteIsRead() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.connect()) {
            for (char c : RawPeer.request("DIAL", "t").toCharArray()) {
                peer.send(String.valueOf(c));
            }
            server.awaitEvent(RelayEvent.WaitStarted.class);
        }
    }

    @Test
    void headWithoutEndIsCutOff() throws IOException {
        Limits limits = Limits.builder().head(Duration.ofMillis(200)).build();
        try (var server = ServerFixture.start(RdvServer.withDefaults(), limits);
                RawPeer slow = server.connect().send("DIAL /t HTTP/1.1\r\n")) {
            assertThat(server.awaitEvent(RelayEvent.Refused.class).reason()).isEqualTo(Reason.HANDSHAKE_TIMEOUT);
            assertThat(slow.restOrReset()).isEmpty();
        }
    }

    @Test
    void headThatIsTooLongIsRefused() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.connect()) {
            peer.send("DIAL /t HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(40_000));
            assertThat(peer.head()).startsWith("HTTP/1.1 431 ");
        }
    }

    @Test
    void garbageIsCutOffAndCounted() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.connect().send("\u0001\u0002\u0003")) {
            RelayEvent.Refused refused = server.awaitEvent(RelayEvent.Refused.class);
            assertThat(refused.reason()).isEqualTo(Reason.UNKNOWN_PROTOCOL);
            assertThat(refused.detail()).contains("01 02 03");
            assertThat(peer.restOrReset()).isEmpty();
        }
    }
}
