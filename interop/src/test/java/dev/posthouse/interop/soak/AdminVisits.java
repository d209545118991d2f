package dev.posthouse.interop.soak;

import com.google.gson.JsonParser;
import dev.posthouse.interop.live.RdvPair;
import dev.posthouse.interop.live.RunningRelay;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/** What monitoring asks the admin port, what others try there, and reloads. */
final class AdminVisits {

    private AdminVisits() {}

    /** The metrics, as Prometheus scrapes them. */
    static void metrics(Visit visit) throws IOException, InterruptedException {
        if (!ok(visit, "/metrics").contains("posthouse_connections ")) {
            throw new AssertionError("metrics without posthouse_connections");
        }
    }

    /** The status, and whether it lives. */
    static void status(Visit visit) throws IOException, InterruptedException {
        if (!JsonParser.parseString(ok(visit, "/status.json")).getAsJsonObject().has("uptimeSeconds")) {
            throw new AssertionError("a status without uptimeSeconds");
        }
        ok(visit, "/healthz");
        ok(visit, "/readyz");
    }

    private static String ok(Visit visit, String path) throws IOException, InterruptedException {
        RunningRelay.Page page = visit.relay().page(path);
        if (page.status() != 200) {
            throw new AssertionError(path + " is answered with " + page.status());
        }
        return page.body();
    }

    /** Whoever runs the relay changes a limit. */
    static void reload(Visit visit) throws IOException, InterruptedException {
        visit.settings().reload(visit.relay());
    }

    /** Whoever runs the relay makes a mistake. */
    static void reloadWrong(Visit visit) throws IOException, InterruptedException {
        visit.settings().reloadWrong(visit.relay());
    }

    /** A request that is refused there, or not finished. */
    static void wrong(Visit visit) throws IOException {
        var admin = new InetSocketAddress(
                visit.relay().admin().getHost(), visit.relay().admin().getPort());
        try (ByteStream stream = new TcpStream(SocketChannel.open(admin))) {
            switch (visit.random().nextInt(3)) {
                case 0 -> {
                    Visit.write(stream, "GET /status.json HTTP/1.1\r\nHost: rebound.example\r\n\r\n");
                    String head = RdvPair.readHead(stream);
                    if (!head.startsWith("HTTP/1.1 421")) {
                        throw new AssertionError(
                                "a foreign host is answered " + head.lines().findFirst());
                    }
                }
                case 1 -> {
                    Visit.write(stream, "GET /metr");
                    stream.abort();
                }
                default -> {
                    Visit.write(stream, "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
                    String head = RdvPair.readHead(stream);
                    if (!head.startsWith("HTTP/1.1 405")) {
                        throw new AssertionError(
                                "a POST is answered " + head.lines().findFirst());
                    }
                }
            }
        }
    }
}
