package dev.posthouse.interop.rdv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.interop.process.Programs;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ByteOracle;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The command lines, ours and the original's, in every role. The original's clients end everything at the end of their
 * input, so theirs is held open wherever they receive; ours must not cut what still comes.
 */
@LiveRdv
class CommandLineTest {

    private static final Payload DATA = Payload.of(6431, 50_000_003);
    private static final Payload BACK = Payload.of(6432, 30_000_001);

    @TempDir
    static Path directory = Path.of("");

    private static CommandLine.Serving ours;
    private static CommandLine.Serving original;
    private static int counter;

    @BeforeAll
    static void serve() throws IOException {
        ours = CommandLine.OURS.serve();
        original = CommandLine.ORIGINAL.serve();
    }

    @AfterAll
    static void close() {
        ours.close();
        original.close();
    }

    private static String url(CommandLine server) {
        return server == CommandLine.OURS ? ours.url() : original.url();
    }

    static Stream<Arguments> cells() {
        return Stream.of(CommandLine.values()).flatMap(server -> Stream.of(CommandLine.values())
                .flatMap(dialer -> Stream.of(CommandLine.values()).flatMap(acceptor -> Stream.of(Way.values())
                        .map(way -> Arguments.of(server, dialer, acceptor, way)))));
    }

    @ParameterizedTest(name = "serve {0}, dial {1} < file, accept {2} > file, {3}")
    @MethodSource("cells")
    void aFileGoesFromTheDialerToTheAcceptor(CommandLine server, CommandLine dialer, CommandLine acceptor, Way way)
            throws Exception {
        transfer(server, way, dialer, "dial", acceptor, "accept");
    }

    @ParameterizedTest(name = "serve {0}, accept {2} < file, dial {1} > file, {3}")
    @MethodSource("cells")
    void aFileGoesFromTheAcceptorToTheDialer(CommandLine server, CommandLine dialer, CommandLine acceptor, Way way)
            throws Exception {
        transfer(server, way, acceptor, "accept", dialer, "dial");
    }

    /** The receiver is ours with {@code < /dev/null}, or the original with an input that never ends. */
    private static void transfer(
            CommandLine server, Way way, CommandLine sender, String sends, CommandLine receiver, String receives)
            throws Exception {
        String token = "file-" + counter++;
        Path received = directory.resolve(token);
        ChildProcess.Builder receiving =
                receiver.connect(receives, way, url(server), token).output(received);
        if (receiver == CommandLine.ORIGINAL) {
            receiving.inputOpen();
        }
        try (ChildProcess to = receiving.start();
                ChildProcess from = sender.connect(sends, way, url(server), token)
                        .input(DATA.file(directory))
                        .start()) {
            assertThat(to.awaitExit()).as(() -> to.everything()).isZero();
            assertThat(from.awaitExit()).as(() -> from.everything()).isZero();
            assertThat(sender.route(from)).isEqualTo(way);
            assertThat(receiver.route(to)).isEqualTo(way);
        }
        assertThat(Files.size(received)).isEqualTo(DATA.length());
        assertThat(sha256(received)).isEqualTo(DATA.sha256());
        Files.delete(received);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void filesGoBothWaysAtOnceWhereEverythingOnTheWayIsOurs(Way way) throws Exception {
        String token = "both-" + way;
        Path toDialer = directory.resolve(token + "-dialer");
        Path toAcceptor = directory.resolve(token + "-acceptor");
        try (ChildProcess acceptor = CommandLine.OURS
                        .connect("accept", way, ours.url(), token)
                        .input(BACK.file(directory))
                        .output(toAcceptor)
                        .start();
                ChildProcess dialer = CommandLine.OURS
                        .connect("dial", way, ours.url(), token)
                        .input(DATA.file(directory))
                        .output(toDialer)
                        .start()) {
            assertThat(dialer.awaitExit()).as(() -> dialer.everything()).isZero();
            assertThat(acceptor.awaitExit()).as(() -> acceptor.everything()).isZero();
            assertThat(CommandLine.OURS.route(dialer)).isEqualTo(way);
        }
        assertThat(sha256(toAcceptor)).isEqualTo(DATA.sha256());
        assertThat(sha256(toDialer)).isEqualTo(BACK.sha256());
    }

    // ---- one command line of ours and a peer in this process

    @ParameterizedTest
    @EnumSource(Way.class)
    void ourDialSendsToAPeerInThisProcess(Way way) throws Exception {
        try (LiveServer server = LiveServer.Kind.OURS.start()) {
            var accepting = OurClient.connect(way, Method.ACCEPT, server.uri(), "in-process");
            try (ChildProcess dialer = CommandLine.OURS
                            .connect("dial", way, server.uri().toString(), "in-process")
                            .input(DATA.file(directory))
                            .start();
                    StreamConnection connection = accepting.result()) {
                assertThat(receive(connection)).isEqualTo(DATA.sha256());
                connection.stream().shutdownOutput();
                assertThat(dialer.awaitExit()).as(() -> dialer.everything()).isZero();
                assertThat(server.choice("in-process").way()).isEqualTo(way);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void ourAcceptReceivesFromAPeerInThisProcessAtTheOriginalServer(Way way) throws Exception {
        Path received = directory.resolve("in-process-" + way);
        try (LiveServer server = LiveServer.Kind.ORIGINAL.start();
                ChildProcess acceptor = CommandLine.OURS
                        .connect("accept", way, server.uri().toString(), "in-process")
                        .output(received)
                        .start();
                StreamConnection connection = OurClient.connect(way, Method.DIAL, server.uri(), "in-process")
                        .result()) {
            Background<?> sending = Background.run(() -> send(connection, DATA));
            sending.result();
            connection.close();
            assertThat(acceptor.awaitExit()).as(() -> acceptor.everything()).isZero();
            assertThat(server.choice("in-process").way()).isEqualTo(way);
        }
        assertThat(sha256(received)).isEqualTo(DATA.sha256());
    }

    @Test
    void standardOutputHoldsNothingButThePeersBytesOverHttpsToo() throws Exception {
        TestCertificates certificates = TestCertificates.in(Files.createDirectory(directory.resolve("tls")));
        Path received = directory.resolve("over-https");
        Payload few = Payload.of(6433, 100_000);
        try (LiveServer server =
                LiveServer.Kind.OURS.start(LiveServer.Settings.PLAIN.tls(certificates.issue("127.0.0.1")))) {
            String url = server.uri().toString();
            List<String> accept = List.of(
                    "accept",
                    url,
                    "tls",
                    "--space",
                    "none",
                    "--cacert",
                    certificates.authority().toString());
            List<String> dial = List.of("dial", url, "tls", "--space", "none", "--insecure");
            try (ChildProcess acceptor = ChildProcess.of(Programs.posthouse(accept))
                            .output(received)
                            .start();
                    ChildProcess dialer = ChildProcess.of(Programs.posthouse(dial))
                            .input(few.file(directory))
                            .start()) {
                assertThat(acceptor.awaitExit()).as(() -> acceptor.everything()).isZero();
                assertThat(dialer.awaitExit()).as(() -> dialer.everything()).isZero();
                assertThat(dialer.lines(ChildProcess.Output.OUT)).isEmpty();
                assertThat(dialer.lines(ChildProcess.Output.ERR)).noneMatch(said -> said.contains("DEBUG"));
            }
        }
        assertThat(Files.size(received)).isEqualTo(few.length());
        assertThat(sha256(received)).isEqualTo(few.sha256());
    }

    @Test
    void ourClientsSayAndExitWithWhatTheOriginalServerRefusedThemFor() throws Exception {
        try (LiveServer server = LiveServer.Kind.ORIGINAL.start(
                        LiveServer.Settings.PLAIN.lobby(java.time.Duration.ofMillis(200)));
                ChildProcess dialer = CommandLine.OURS
                        .connect("dial", Way.RELAYED, server.uri().toString(), "nobody")
                        .start()) {
            assertThat(dialer.awaitExit()).as(() -> dialer.everything()).isEqualTo(11);
            assertThat(dialer.lines(ChildProcess.Output.ERR).getLast()).contains("nobody came under this word");
        }
    }

    @Test
    void ourClientsSayAndExitWithThatThereIsNoServer() throws Exception {
        String nobody;
        try (RawServer free = RawServer.start()) {
            nobody = free.uri().toString();
        }
        try (ChildProcess dialer =
                CommandLine.OURS.connect("dial", Way.RELAYED, nobody, "nobody").start()) {
            assertThat(dialer.awaitExit()).as(() -> dialer.everything()).isEqualTo(10);
        }
    }

    @Test
    void ourServeEndsOnSigtermAndTellsWhoWaits() throws Exception {
        try (CommandLine.Serving serving = CommandLine.OURS.serve()) {
            URI uri = URI.create(serving.url());
            try (ChildProcess waiting = OriginalClient.with(Way.RELAYED).start(Method.ACCEPT, uri, "waits")) {
                // It waits as soon as a second one is told that it took the first one's place.
                try (ChildProcess newer = OriginalClient.with(Way.RELAYED).start(Method.ACCEPT, uri, "waits")) {
                    ChildProcess replaced = awaitFirstToEnd(waiting, newer);
                    assertThat(OriginalClient.event(replaced, "failed")
                                    .get("status")
                                    .getAsInt())
                            .isEqualTo(409);
                    serving.process().terminate();
                    ChildProcess last = replaced == waiting ? newer : waiting;
                    assertThat(last.awaitExit()).isEqualTo(1);
                    assertThat(OriginalClient.event(last, "failed")
                                    .get("status")
                                    .getAsInt())
                            .isEqualTo(503);
                }
            }
            serving.process().awaitExit();
        }
    }

    private static ChildProcess awaitFirstToEnd(ChildProcess one, ChildProcess other) {
        org.awaitility.Awaitility.await().until(() -> !one.isAlive() || !other.isAlive());
        return one.isAlive() ? other : one;
    }

    private static void send(StreamConnection connection, Payload payload) throws IOException {
        ByteOracle.Source source = payload.oracle().source(payload.length());
        ByteBuffer block = ByteBuffer.allocate(64 * 1_024);
        while (source.hasRemaining()) {
            source.fill(block.clear());
            connection.stream().write(block.flip());
        }
    }

    private static String receive(StreamConnection connection) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        ByteBuffer block = ByteBuffer.allocate(64 * 1_024);
        while (connection.stream().read(block.clear()) >= 0) {
            digest.update(block.flip());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String sha256(Path file) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (var in = Files.newInputStream(file)) {
            byte[] block = new byte[64 * 1_024];
            int count = in.read(block);
            while (count >= 0) {
                digest.update(block, 0, count);
                count = in.read(block);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
