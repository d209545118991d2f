package dev.posthouse.daemon.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.daemon.admin.AdminServer.Bounds;
import dev.posthouse.daemon.admin.AdminServer.Page;
import dev.posthouse.daemon.admin.AdminServer.Source;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class AdminServerTest {

    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(200);

    /** How long a client of a test waits for an answer; nothing is decided by it but that one never comes. */
    private static final int PATIENCE_MILLIS = 20_000;

    private final ArrayDeque<AutoCloseable> open = new ArrayDeque<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch costly = new CountDownLatch(1);
    private final Collection<String> faults = new ConcurrentLinkedQueue<>();

    private AdminServer start(Bounds bounds) throws IOException {
        return keep(AdminServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                List.of("relay.example"),
                Map.of(
                        "/healthz", Source.cheap(() -> Page.text(200, "ok")),
                        "/slow", Source.costly(this::slow),
                        "/large", Source.cheap(() -> Page.text(200, "x".repeat(32 << 20))),
                        "/broken",
                                Source.cheap(() -> {
                                    throw new IllegalStateException("broken");
                                })),
                (doing, thrown) -> faults.add(doing + ": " + thrown.getMessage()),
                bounds));
    }

    private Page slow() {
        begun.countDown();
        try {
            costly.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Page.text(200, "slow");
    }

    private <T extends AutoCloseable> T keep(T what) {
        open.push(what);
        return what;
    }

    @AfterEach
    void closeAll() throws Exception {
        costly.countDown();
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private Socket connect(AdminServer server) throws IOException {
        var socket =
                keep(new Socket(server.address().getAddress(), server.address().getPort()));
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private Socket connect(AdminServer server, String said) throws IOException {
        Socket socket = connect(server);
        socket.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String rest(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Closed or reset by the server. */
    private static boolean ended(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static String get(String path, String host) {
        return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    }

    private String health(AdminServer server) throws IOException {
        return rest(connect(server, get("/healthz", "localhost")));
    }

    @Test
    void anAnswerSaysWhatItIsAndClosesTheConnection() throws Exception {
        assertThat(health(start(new Bounds(4, LONG, LONG))))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("\r\nContent-Type: text/plain; charset=utf-8\r\n", "\r\nContent-Length: 3\r\n")
                .contains("\r\nCache-Control: no-store\r\n", "\r\nConnection: close\r\n", "\r\nDate: ")
                .endsWith("\r\n\r\nok\n");
    }

    /** Idle connections, half requests and one byte now and then, 200 of each: whoever asks is answered. */
    @Test
    void connectionsThatSayNothingOrLittleKeepNobodyFromTheHealthPage() throws Exception {
        AdminServer server = start(new Bounds(64, LONG, LONG));
        var drip = new ArrayList<Socket>();
        for (int i = 0; i < 200; i++) {
            connect(server);
            connect(server, "GET /healthz HTTP/1.1\r\nHost: loc");
            drip.add(connect(server, "G"));
        }
        var over = new AtomicBoolean();
        Thread dripping = Thread.ofVirtual().start(() -> {
            while (!over.get()) {
                for (Socket socket : drip) {
                    try {
                        socket.getOutputStream().write('E');
                    } catch (IOException e) {
                        // It had to make room.
                    }
                }
            }
        });
        try {
            for (int i = 0; i < 100; i++) {
                assertThat(health(server)).startsWith("HTTP/1.1 200 ");
            }
        } finally {
            over.set(true);
            dripping.join();
        }
    }

    @Test
    void theOldestThatHasNotAskedMakesRoomForANewcomer() throws Exception {
        AdminServer server = start(new Bounds(3, LONG, LONG));
        Socket asked = connect(server, get("/slow", "localhost"));
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        Socket silent = connect(server);
        connect(server);
        connect(server);

        assertThat(ended(silent)).isTrue();
        costly.countDown();
        assertThat(rest(asked)).endsWith("slow\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n"})
    void aRequestThatIsNotWholeInTimeIsCut(String half) throws Exception {
        AdminServer server = start(new Bounds(3, SHORT, LONG));

        assertThat(ended(connect(server, half))).isTrue();
    }

    @Test
    void anAnswerThatIsNotTakenInTimeIsCut() throws Exception {
        AdminServer server = start(new Bounds(3, LONG, SHORT));
        Socket deaf = connect(server, get("/large", "localhost"));

        // Not a byte is read until the server has given up: then what is left of the answer is missing.
        await().until(() -> {
            try {
                deaf.getOutputStream().write('x');
                return false;
            } catch (IOException e) {
                return true;
            }
        });
        assertThat(health(server)).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void pagesThatTakeTheirTimeKeepNobodyFromTheHealthPage() throws Exception {
        AdminServer server = start(new Bounds(64, LONG, LONG));
        for (int i = 0; i < 20; i++) {
            connect(server, get("/slow", "localhost"));
        }

        assertThat(health(server)).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @CsvSource({
        "/healthz,localhost,200",
        "/healthz,127.0.0.1,200",
        "/healthz,relay.example:80,200",
        "/healthz,evil.example,421",
        "/slow,evil.example,421",
        "/large,evil.example,421",
        "/broken,evil.example,421",
        "/nowhere,evil.example,421",
        "/nowhere,localhost,404",
        "/healthz?x=/slow,localhost,200",
        "http://localhost/healthz,localhost,404",
        "/broken,localhost,500"
    })
    void aPageIsShownToWhoKnowsOneOfItsNames(String path, String host, int status) throws Exception {
        AdminServer server = start(new Bounds(3, LONG, LONG));

        assertThat(rest(connect(server, get(path, host)))).startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void aForeignHostHearsWhichAreAllowedAndHowToAllowMore() throws Exception {
        AdminServer server = start(new Bounds(3, LONG, LONG));

        assertThat(rest(connect(server, get("/healthz", "evil.example"))))
                .startsWith("HTTP/1.1 421 Misdirected Request\r\n")
                .contains("localhost", "relay.example", "admin.hosts")
                .doesNotContain("evil");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "GET /healthz HTTP/1.0|| > 200",
                "GET /healthz HTTP/1.1|| > 400",
                "GET /healthz HTTP/1.1|Host: localhost|Host: localhost|| > 400",
                "GET /healthz HTTP/2.0|Host: localhost|| > 505",
                "nonsense|| > 400",
                "POST /healthz HTTP/1.1|Host: localhost|Content-Length: 3||abc > 405",
                "GET /healthz HTTP/1.1|Host: localhost|Content-Length: 3|Transfer-Encoding: chunked|| > 400"
            })
    void whatIsNoPlainRequestIsAnsweredInHttp(String request, int status) throws Exception {
        AdminServer server = start(new Bounds(3, LONG, LONG));

        assertThat(rest(connect(server, request.replace("|", "\r\n")))).startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void aHeadHasNoBody() throws Exception {
        AdminServer server = start(new Bounds(3, LONG, LONG));

        assertThat(rest(connect(server, "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")))
                .contains("\r\nContent-Length: 3\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void aHeadWithoutEndIsRefused() throws Exception {
        AdminServer server = start(new Bounds(3, LONG, LONG));

        assertThat(rest(connect(server, "GET /healthz HTTP/1.1\r\nA: " + "x".repeat(16 * 1_024))))
                .startsWith("HTTP/1.1 431 ");
    }

    @Test
    void aPageThatCannotBeDrawnIsToldAsAFault() throws Exception {
        AdminServer server = start(new Bounds(3, LONG, LONG));

        assertThat(rest(connect(server, get("/broken", "localhost")))).startsWith("HTTP/1.1 500 ");
        assertThat(faults).containsExactly("drawing /broken: broken");
    }
}
