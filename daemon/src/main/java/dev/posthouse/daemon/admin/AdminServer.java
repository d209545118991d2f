package dev.posthouse.daemon.admin;

import dev.posthouse.net.Deadline;
import dev.posthouse.net.LingeringClose;
import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.http.HeadReader;
import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.HttpDate;
import dev.posthouse.net.http.MalformedHead;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.net.http.ResponseHead;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Serves a few pages over HTTP/1.1, by GET and HEAD alone: one request for each connection, each on a virtual thread of its own.
 *
 * <p>It answers whatever others do at its port. A connection has a few seconds for its request and a few more for taking the
 * answer. Of connections there are so many at most; past that the one that has been waiting longest without a whole request makes
 * room for the next ({@link Visits}). Pages that are drawn anew for each request are drawn a few at a time, so that curious clients do not
 * slow the relay; the others wait for nobody.
 */
public final class AdminServer implements AutoCloseable {

    /**
     * What visitors are allowed.
     *
     * @param connections open at once
     * @param request from accepting a connection to the end of its request's head
     * @param answer for writing an answer, and then for the visitor to close
     */
    record Bounds(int connections, Duration request, Duration answer) {}

    private static final Bounds BOUNDS = new Bounds(64, Duration.ofSeconds(5), Duration.ofSeconds(10));

    /** Who scrapes are one or two; more at once wait for their turn. */
    private static final int AT_ONCE = 8;

    /** How long a request waits for its turn; then it gets a 503. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** The longest head; a browser with many cookies stays below. */
    private static final int MAX_HEAD = 16 * 1_024;

    /** What is read away of a body that nobody asked for, so that closing does not become a reset that overtakes the answer. */
    private static final int DRAIN = 64 * 1_024;

    /** After accepting has failed, as it does when descriptors run out. */
    private static final Duration PAUSE = Duration.ofMillis(100);

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

    /**
     * Where a page comes from.
     *
     * @param page drawn on the request's thread
     * @param costly whether only a few are drawn at once
     */
    public record Source(Supplier<Page> page, boolean costly) {

        /** Takes next to nothing, and waits for nobody. */
        public static Source cheap(Supplier<Page> page) {
            return new Source(page, false);
        }

        /** Takes its time. */
        public static Source costly(Supplier<Page> page) {
            return new Source(page, true);
        }
    }

    private final TcpListener listener;
    private final AllowedHosts hosts;
    private final Map<String, Source> pages;
    private final BiConsumer<String, Throwable> faults;
    private final Bounds bounds;
    private final Visits visits;
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final Thread accepting;
    private volatile boolean closed;

    private AdminServer(
            TcpListener listener,
            AllowedHosts hosts,
            Map<String, Source> pages,
            BiConsumer<String, Throwable> faults,
            Bounds bounds) {
        this.listener = listener;
        this.hosts = hosts;
        this.pages = Map.copyOf(pages);
        this.faults = faults;
        this.bounds = bounds;
        this.visits = new Visits(bounds.connections());
        this.accepting = Thread.ofVirtual().name("posthouse-admin-accept").unstarted(this::acceptAll);
    }

    /**
     * Binds and starts.
     *
     * @param hosts names and addresses, besides loopback and the one at which a request arrives, for which a request may ask; every
     *     other request gets a 421
     * @param pages by path
     * @param faults told what was being done, and what was thrown, if a page could not be drawn
     * @throws IOException if the address cannot be listened on
     */
    public static AdminServer start(
            InetSocketAddress address,
            Collection<String> hosts,
            Map<String, Source> pages,
            BiConsumer<String, Throwable> faults)
            throws IOException {
        return start(address, hosts, pages, faults, BOUNDS);
    }

    static AdminServer start(
            InetSocketAddress address,
            Collection<String> hosts,
            Map<String, Source> pages,
            BiConsumer<String, Throwable> faults,
            Bounds bounds)
            throws IOException {
        var admin = new AdminServer(TcpListener.bind(address), AllowedHosts.of(hosts), pages, faults, bounds);
        admin.accepting.start();
        return admin;
    }

    /** Where it listens, with the port that the system chose. */
    public InetSocketAddress address() {
        return listener.address();
    }

    private void acceptAll() {
        while (!closed) {
            try {
                begin(listener.accept());
            } catch (IOException e) {
                // Closed, or out of descriptors: then others close some.
                LockSupport.parkNanos(closed ? 0 : PAUSE.toNanos());
            } catch (RuntimeException | Error e) {
                // Nothing that goes wrong with one visitor, memory that has run out included, keeps the next one out.
                report("accepting a visitor of the admin pages", e);
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private void begin(SocketChannel channel) throws IOException {
        TcpStream stream;
        try {
            stream = new TcpStream(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        var visit = new Visits.Visit(stream);
        visits.enter(visit);
        boolean started = false;
        try {
            Thread.ofVirtual().name("posthouse-admin").start(() -> visit(visit));
            started = true;
        } finally {
            if (!started) {
                visits.leave(visit);
            }
        }
    }

    private void visit(Visits.Visit visit) {
        TcpStream stream = visit.stream();
        try {
            HeadReader.Received<RequestHead> request = Deadline.within(
                    stream, bounds.request(), "request", () -> HeadReader.readRequest(stream, MAX_HEAD));
            visit.asked();
            RequestHead head = request.head();
            say(stream, page(head, stream), head.method().equals("HEAD"));
        } catch (MalformedHead e) {
            sayQuietly(stream, Page.text(e.status(), e.explanation()));
        } catch (IOException e) {
            // It fell silent, went away, or made room for another.
        } catch (RuntimeException | Error e) {
            report("answering a visitor of the admin pages", e);
        } finally {
            visits.leave(visit);
        }
    }

    private void report(String doing, Throwable thrown) {
        try {
            faults.accept(doing, thrown);
        } catch (RuntimeException | Error e) {
            // There is no place left to say so.
        }
    }

    private Page page(RequestHead head, TcpStream stream) {
        Optional<String> host = head.headers().first("Host");
        InetAddress here = stream.localAddress().orElseThrow().getAddress();
        // Without a Host there is no browser: this is a health check over HTTP/1.0.
        if (host.isPresent() && !hosts.allow(host.get(), here)) {
            return Page.text(
                    421,
                    "the admin pages are not known under the Host of this request, but as " + hosts.description()
                            + "; the setting admin.hosts allows more");
        }
        String path = head.target().split("\\?", 2)[0];
        Source source = pages.get(path);
        if (source == null) {
            return Page.text(
                    404,
                    "nothing here; there are "
                            + String.join(", ", pages.keySet().stream().sorted().toList()));
        }
        if (!head.method().equals("GET") && !head.method().equals("HEAD")) {
            return Page.text(405, "only GET and HEAD");
        }
        return source.costly() ? inTurn(path, source) : draw(path, source);
    }

    private Page inTurn(String path, Source source) {
        if (!entered()) {
            return Page.text(503, "too many requests at once");
        }
        try {
            return draw(path, source);
        } finally {
            places.release();
        }
    }

    private Page draw(String path, Source source) {
        try {
            return source.page().get();
        } catch (RuntimeException e) {
            report("drawing " + path, e);
            return Page.text(500, "internal error; the log has more");
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

    private void sayQuietly(TcpStream stream, Page page) {
        try {
            say(stream, page, false);
        } catch (IOException e) {
            // It went away without listening.
        }
    }

    /** Writes an answer, and gives the visitor a while to take it: closing at once could become a reset that overtakes it. */
    private void say(TcpStream stream, Page page, boolean headOnly) throws IOException {
        byte[] content = page.content().getBytes(StandardCharsets.UTF_8);
        byte[] head = head(page, content.length);
        long deadline = System.nanoTime() + bounds.answer().toNanos();
        Deadline.within(stream, bounds.answer(), "answer", () -> {
            stream.write(ByteBuffer.wrap(head), ByteBuffer.wrap(headOnly ? new byte[0] : content));
            return true;
        });
        LingeringClose.close(stream, deadline, DRAIN);
    }

    private static byte[] head(Page page, int length) {
        Headers.Builder headers = Headers.builder()
                .add("Date", HttpDate.of(Instant.now()))
                .add("Content-Type", page.type())
                .add("Content-Length", Integer.toString(length))
                .add("Cache-Control", "no-store")
                .add("X-Content-Type-Options", "nosniff")
                .add("Connection", "close");
        if (page.status() == 405) {
            headers.add("Allow", "GET, HEAD");
        }
        return new ResponseHead("HTTP/1.1", page.status(), phrase(page.status()), headers.build()).toBytes();
    }

    private static String phrase(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 421 -> "Misdirected Request";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> "";
        };
    }

    /** Stops at once; answers under way are cut. */
    @Override
    public void close() {
        closed = true;
        try {
            listener.close();
        } catch (IOException e) {
            // It accepts nobody any more, which is all that is wanted.
        }
        visits.close();
    }
}
