package dev.posthouse.daemon.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Serves a few pages over HTTP/1.1, by GET and HEAD alone. Each request runs on a virtual thread; a page is drawn anew for
 * each, so that a bound on how many are drawn at once keeps curious clients from slowing the relay.
 */
public final class AdminServer implements AutoCloseable {

    /** Who scrapes are one or two; more at once wait for their turn. */
    private static final int AT_ONCE = 8;

    /** How long a request waits for its turn; then it gets a 503. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** For the kernel's queue of connections. */
    private static final int BACKLOG = 16;

    private static final String TEXT = "text/plain; charset=utf-8";

    /**
     * What a path answers.
     *
     * @param status of HTTP
     * @param type of the content
     */
    public record Page(int status, String type, String content) {

        /** One line of text. */
        public static Page text(int status, String line) {
            return new Page(status, TEXT, line + "\n");
        }
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final Map<String, Supplier<Page>> pages;
    private final BiConsumer<String, Throwable> faults;

    private AdminServer(HttpServer server, Map<String, Supplier<Page>> pages, BiConsumer<String, Throwable> faults) {
        this.server = server;
        this.pages = Map.copyOf(pages);
        this.faults = faults;
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("posthouse-admin-", 0).factory());
    }

    /**
     * Binds and starts.
     *
     * @param pages by path; drawn on the request's thread
     * @param faults told what was being done, and what was thrown, if a page could not be drawn
     * @throws IOException if the address cannot be listened on
     */
    public static AdminServer start(
            InetSocketAddress address, Map<String, Supplier<Page>> pages, BiConsumer<String, Throwable> faults)
            throws IOException {
        var admin = new AdminServer(HttpServer.create(address, BACKLOG), pages, faults);
        admin.server.createContext("/", admin::serve);
        admin.server.setExecutor(admin.threads);
        admin.server.start();
        return admin;
    }

    /** Where it listens, with the port that the system chose. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            answer(exchange, page(exchange));
        }
    }

    private Page page(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        Supplier<Page> page = path == null ? null : pages.get(path);
        if (page == null) {
            return Page.text(
                    404,
                    "nothing here; there are "
                            + String.join(", ", pages.keySet().stream().sorted().toList()));
        }
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return Page.text(405, "only GET and HEAD");
        }
        if (!entered()) {
            return Page.text(503, "too many requests at once");
        }
        try {
            return page.get();
        } catch (RuntimeException e) {
            faults.accept("drawing " + path, e);
            return Page.text(500, "internal error; the log has more");
        } finally {
            places.release();
        }
    }

    private boolean entered() {
        try {
            return places.tryAcquire(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void answer(HttpExchange exchange, Page page) throws IOException {
        byte[] content = page.content().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", page.type());
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
            exchange.sendResponseHeaders(page.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(page.status(), content.length);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(content);
        }
    }

    /** Stops at once; answers under way are cut. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
