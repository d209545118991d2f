package dev.posthouse.interop.transfers;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.interop.transfers.Pair.Way;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ConnectProxy;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Both ends behind an HTTP proxy that the environment names: a file goes through it whole, in every dialect. */
@LiveTransfers
class ProxiedTest {

    private static final Payload DATA = Payload.of(8_301, 5_000_000);
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    static Path directory = Path.of("");

    private static Path authority = Path.of("");
    private static SSLContext certificate;
    private static Posthouse.Serving relay;

    /** What the environment says. */
    enum Environment {
        HTTP_PROXY,
        HTTPS_PROXY,
        EXCEPTED_BY_NO_PROXY
    }

    record Cell(Way way, Environment environment) implements Cells.Cell {

        @Override
        public String name() {
            return "proxied: " + way + ", "
                    + switch (environment) {
                        case HTTP_PROXY -> "HTTPS_PROXY=http://";
                        case HTTPS_PROXY -> "HTTPS_PROXY=https://";
                        case EXCEPTED_BY_NO_PROXY -> "NO_PROXY";
                    };
        }

        @Override
        public int runs() {
            return 1;
        }

        @Override
        public String run(long seed) throws Exception {
            Path here = Files.createTempDirectory(directory, "run");
            Path received = here.resolve("received");
            InetSocketAddress target = AddressPort.parse(relay.address()).toSocketAddress();
            Pair pair = Pair.of(way, relay, authority, here);
            try (ConnectProxy proxy = environment == Environment.HTTPS_PROXY
                            ? ConnectProxy.withTls(certificate, target)
                            : ConnectProxy.to(target);
                    ChildProcess acceptor =
                            behind(proxy, pair.accept()).output(received).start();
                    ChildProcess dialer = dialer(proxy, pair, acceptor)) {
                int accepted = acceptor.awaitExit(PATIENCE);
                int dialed = dialer.awaitExit(PATIENCE);
                int through = proxy.heads().size();
                boolean asked = environment != Environment.EXCEPTED_BY_NO_PROXY;
                if (accepted != 0
                        || dialed != 0
                        || !Received.isWhole(received, DATA)
                        || (asked ? through < 2 : through > 0)
                        || !proxy.heads().stream().allMatch(head -> head.startsWith("CONNECT " + relay.address()))) {
                    throw new AssertionError("they exit with " + accepted + " and " + dialed + ", "
                            + Received.size(received) + " bytes, through the proxy " + proxy.heads()
                            + acceptor.everything() + dialer.everything());
                }
                return "whole, " + through + " tunnels";
            } finally {
                Received.delete(here);
            }
        }

        private ChildProcess dialer(ConnectProxy proxy, Pair pair, ChildProcess acceptor) throws IOException {
            pair.awaitAcceptor(acceptor);
            return behind(proxy, pair.dial()).input(DATA.file(directory)).start();
        }

        private ChildProcess.Builder behind(ConnectProxy proxy, List<String> command) {
            List<String> words = new ArrayList<>(command);
            if (environment == Environment.HTTPS_PROXY && way != Way.TLS) {
                words.addAll(List.of("--cacert", authority.toString()));
            }
            return ChildProcess.of(words)
                    .environment("HTTPS_PROXY", proxy.url())
                    .environment(
                            "NO_PROXY",
                            environment == Environment.EXCEPTED_BY_NO_PROXY ? "example.org, 127.0.0.0/8" : "");
        }
    }

    static Stream<Arguments> cells() {
        List<Cell> cells = new ArrayList<>();
        for (Way way : List.of(Way.RELAYED, Way.DIRECT, Way.TLS, Way.OFFSET)) {
            for (Environment environment : Environment.values()) {
                cells.add(new Cell(way, environment));
            }
        }
        return Cells.started(cells);
    }

    @BeforeAll
    static void start() throws IOException {
        TestCertificates certificates = TestCertificates.in(Files.createDirectory(directory.resolve("tls")));
        authority = certificates.authority();
        certificate = certificates.serving("127.0.0.1");
        TestCertificates.Issued issued = certificates.issue("127.0.0.1");
        DATA.file(directory);
        relay = Posthouse.serve(
                directory,
                "--tls-certificate",
                issued.chain().toString(),
                "--tls-key",
                issued.key().toString());
    }

    @AfterAll
    static void close() {
        relay.close();
    }

    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("cells")
    void aFileGoesThroughTheProxyWhole(Future<?> cell) throws Exception {
        Cells.collect(cell);
    }
}
