package dev.posthouse.rdv.server;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.http.HeadReader;
import dev.posthouse.net.http.MalformedHead;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.rdv.wire.Rdv;
import dev.posthouse.rdv.wire.RdvRequest;
import dev.posthouse.rdv.wire.Refusal;
import dev.posthouse.rdv.wire.RefusedRequest;
import dev.posthouse.rdv.wire.RequestTarget;
import dev.posthouse.relay.Dialect;
import dev.posthouse.relay.Leg;
import dev.posthouse.relay.OverLimit;
import dev.posthouse.relay.Place;
import dev.posthouse.relay.Reason;
import dev.posthouse.relay.RelayEvent;
import dev.posthouse.relay.RelayServices;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An rdv server, as a dialect of a {@link dev.posthouse.relay.Relay} or mounted in a program that has its own HTTP server:
 *
 * <pre>{@code
 * try (Relay relay = Relay.builder().dialect(RdvServer.withDefaults()).listen(address).start()) { ... }
 *
 * rdvServer.open(services);
 * Optional<Refusal> refused = rdvServer.upgrade(head, stream);
 * }</pre>
 *
 * <p>Thread-safe. Circuits that it has opened belong to the services' {@link dev.posthouse.relay.Circuits} and outlive it.
 */
public final class RdvServer implements Dialect {

    /** The dialect's name in events, metrics and JSON. */
    public static final String NAME = "rdv";

    /**
     * Requests that one connection may make before one is upgraded. Refused ones may be followed by others, as in any HTTP;
     * nobody needs more.
     */
    private static final int MAX_REQUESTS = 32;

    private final String path;
    private final Authoriser authoriser;
    private final PairHandler handler;
    private final Forwarded forwarded;
    private volatile @Nullable Opened opened;

    /** What it has once it is open. */
    private record Opened(RelayServices services, Lobby lobby) {}

    private RdvServer(Builder builder) {
        this.path = builder.path;
        this.authoriser = builder.authoriser;
        this.handler = builder.handler;
        this.forwarded = new Forwarded(builder.forwardedFrom, builder.forwardedHeader, builder.forwardedPortHeader);
    }

    /** Open to everybody, at the root path. */
    public static RdvServer withDefaults() {
        return builder().build();
    }

    /** A builder. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return NAME;
    }

    /**
     * An HTTP method begins with a letter, and there may be empty lines before it (RFC 9112 section 2.2); a binary PROXY
     * header that is not to be believed begins with two, and then has no letter. Whatever HTTP is not rdv's gets an HTTP
     * answer.
     */
    @Override
    public Detection detect(ByteBuffer first) {
        while (first.hasRemaining()) {
            byte b = first.get();
            if (b != '\r' && b != '\n') {
                return (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') ? Detection.YES : Detection.NO;
            }
        }
        return Detection.NEED_MORE;
    }

    @Override
    public void open(RelayServices services) {
        opened = new Opened(services, new Lobby(services, handler));
    }

    private Opened opened() {
        Opened now = opened;
        if (now == null) {
            throw new IllegalStateException("the rdv server was not opened: call open(services) first");
        }
        return now;
    }

    @Override
    public void serve(Leg leg) throws IOException {
        Opened now = opened();
        Leg current = leg;
        for (int requests = 1; ; requests++) {
            Leg from = current;
            HeadReader.Received<RequestHead> received;
            try {
                received = Deadline.within(
                        from.stream(),
                        from.untilProved(),
                        "request head",
                        () -> HeadReader.readRequest(from.stream(), Rdv.MAX_HEAD));
            } catch (MalformedHead e) {
                var refusal = new Refusal(e.status(), e.explanation(), Reason.PROTOCOL_ERROR);
                report(now, from, refusal);
                Farewell.say(
                        from,
                        refusal.immediate(
                                "HTTP/1.1", true, now.services().clock().instant()));
                return;
            } catch (IOException e) {
                if (requests > 1) {
                    // It was refused, was told so and counted, and has left or fallen silent since.
                    from.close();
                    return;
                }
                throw e;
            }
            RequestHead head = received.head();
            current = from.with(received.rest());
            Optional<Refusal> refusal = upgrade(now, head, current);
            if (refusal.isEmpty()) {
                return;
            }
            report(now, current, refusal.get());
            boolean last = requests == MAX_REQUESTS || !staysOpen(head) || current.crowded();
            byte[] answer = answer(now, head, refusal.get(), last);
            if (last) {
                Farewell.say(current, answer);
                return;
            }
            try {
                ByteStream to = current.stream();
                Deadline.within(to, current.untilProved(), "an answer", () -> to.write(ByteBuffer.wrap(answer)));
            } catch (IOException e) {
                // It did not wait for its answer, or did not read it.
                current.close();
                return;
            }
        }
    }

    private static byte[] answer(Opened now, RequestHead head, Refusal refusal, boolean last) {
        Instant date = now.services().clock().instant();
        return head.method().equals("HEAD")
                ? refusal.immediateHead(head.version(), last, date)
                : refusal.immediate(head.version(), last, date);
    }

    /**
     * Takes an upgrade request over from a program's own HTTP server.
     *
     * @param head of the request; its target as the client sent it, or with the program's own prefix taken off
     * @param stream the connection, with every byte behind the head still in it; taken over if the request is in order
     * @return empty if the connection was taken over, and is closed in the end; or the answer to give, in which case the
     *     connection is still the caller's. The peer's address is the stream's, or what a trusted proxy says in the head
     * @throws IllegalStateException if {@link #open} was not called
     */
    public Optional<Refusal> upgrade(RequestHead head, ByteStream stream) {
        InetSocketAddress remote = stream.remoteAddress()
                .orElseGet(() -> new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0));
        Duration limit = opened().services().admission().limits().head();
        return upgrade(
                opened(), head, new Leg(stream, remote, stream.remoteAddress(), Place.uncounted(), false, limit));
    }

    private Optional<Refusal> upgrade(Opened now, RequestHead head, Leg connection) {
        if (now.lobby().closed()) {
            return Optional.of(Refusal.CLOSED);
        }
        if (connection.crowded()) {
            return Optional.of(new Refusal(
                    503, "the relay's descriptors are nearly used up, try again later", Reason.LIMIT_DESCRIPTORS));
        }
        try {
            Leg leg = forwarded.apply(connection, head.headers(), now.services().events());
            RdvRequest request = RdvRequest.parse(head, RequestTarget.below(path, head.target()));
            Optional<Refusal> refusal = authoriser.decide(request, leg.payer());
            if (refusal.isEmpty()) {
                now.lobby()
                        .join(new RdvPeer(
                                request,
                                leg,
                                now.lobby(),
                                now.services().waitingRoom().arrival()));
            }
            return refusal;
        } catch (RefusedRequest e) {
            return Optional.of(e.refusal());
        } catch (OverLimit e) {
            return Optional.of(new Refusal(503, e.getMessage() + ", try again later", e.reason()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            connection.abort();
            return Optional.empty();
        }
    }

    /** Whether a further request may follow: a body would have to be read away first, which nobody sends. */
    private static boolean staysOpen(RequestHead head) {
        return head.version().equals("HTTP/1.1")
                && head.headers().first("Content-Length").isEmpty()
                && head.headers().first("Transfer-Encoding").isEmpty()
                && !head.headers().lists("Connection", "close");
    }

    private static void report(Opened now, Leg leg, Refusal refusal) {
        now.services()
                .events()
                .on(new RelayEvent.Refused(Optional.of(NAME), leg.peer(), refusal.reason(), refusal.body()));
    }

    @Override
    public void drain() {
        Opened now = opened;
        if (now != null) {
            now.lobby().close();
        }
    }

    @Override
    public void close() {
        drain();
    }

    /** Collects a server's options. Not thread-safe. */
    public static final class Builder {
        private String path = "/";
        private Authoriser authoriser = Authoriser.OPEN;
        private PairHandler handler = PairHandler.RELAY;
        private NetworkBlocks forwardedFrom = NetworkBlocks.NONE;
        private String forwardedHeader = Forwarded.X_FORWARDED_FOR;
        private String forwardedPortHeader = "";

        private Builder() {}

        /**
         * Serves below a path: tokens follow it, and other paths get a 404.
         *
         * @param prefix begins with a slash; a slash at its end makes no difference
         */
        public Builder path(String prefix) {
            if (!prefix.startsWith("/")) {
                throw new IllegalArgumentException("a path begins with a slash, unlike " + prefix);
            }
            path = prefix;
            return this;
        }

        /** Asked before a peer enters the lobby. */
        public Builder authoriser(Authoriser decides) {
            authoriser = decides;
            return this;
        }

        /** Asked when two peers have met. */
        public Builder handler(PairHandler decides) {
            handler = decides;
            return this;
        }

        /**
         * Networks of proxies that say in a header on whose behalf they ask, and are believed. A request of theirs whose header
         * names nobody that can be read is refused; one without the header is the proxy's own, such as a health check.
         */
        public Builder forwardedFrom(NetworkBlocks trusted) {
            forwardedFrom = trusted;
            return this;
        }

        /**
         * Which header those proxies set, {@code X-Forwarded-For} (the default) or {@code Forwarded} (RFC 7239). The other one
         * is ignored, since it passes through from whoever wrote it.
         *
         * @throws IllegalArgumentException if it is neither
         */
        public Builder forwardedHeader(String name) {
            forwardedHeader = Forwarded.header(name);
            return this;
        }

        /**
         * The header in which those proxies say from which port the peer connected to them; empty (the default) for none. With
         * the port the peer's address is one more that its partner tries. A port that stands beside the address counts without
         * this. Not {@code X-Forwarded-Port} unless it is sure to be the peer's: in most proxies it is their own.
         */
        public Builder forwardedPortHeader(String name) {
            forwardedPortHeader = name;
            return this;
        }

        public RdvServer build() {
            return new RdvServer(this);
        }
    }
}
