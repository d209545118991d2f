package dev.posthouse.rdv.server;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.Reason;
import dev.posthouse.net.http.HeadReader;
import dev.posthouse.net.http.MalformedHead;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.rdv.wire.Rdv;
import dev.posthouse.rdv.wire.RdvRequest;
import dev.posthouse.rdv.wire.Refusal;
import dev.posthouse.rdv.wire.RefusedRequest;
import dev.posthouse.rdv.wire.RequestTarget;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.accept.Service;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.ConnectionPermit;
import dev.posthouse.relay.limit.OverLimit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An {@link RdvServer} at work: reads requests, answers those that are refused, and hands the others to the lobby. Thread-safe. */
public final class RdvService implements Service {

    /**
     * Requests that one connection may make before one is upgraded. Refused ones may be followed by others, as in any HTTP;
     * nobody needs more.
     */
    private static final int MAX_REQUESTS = 32;

    private final RdvServer server;
    private final RelayServices services;
    private final Lobby lobby;

    RdvService(RdvServer server, RelayServices services) {
        this.server = server;
        this.services = services;
        this.lobby = new Lobby(services, server.handler());
    }

    @Override
    public void serve(Inbound connection) throws IOException {
        Inbound current = connection;
        for (int requests = 1; ; requests++) {
            HeadReader.Received<RequestHead> received;
            try {
                received = read(current);
            } catch (MalformedHead e) {
                var refusal = new Refusal(e.status(), e.explanation(), Reason.PROTOCOL_ERROR);
                report(current, refusal);
                Farewell.say(current, refusal.immediate("HTTP/1.1", true, now()));
                return;
            } catch (IOException e) {
                if (requests > 1) {
                    // It was refused, was told so and counted, and has left or fallen silent since.
                    current.close();
                    return;
                }
                throw e;
            }
            RequestHead head = received.head();
            current = current.with(received.rest());
            Optional<Refusal> refusal = upgrade(head, current);
            if (refusal.isEmpty()) {
                return;
            }
            report(current, refusal.get());
            boolean last = requests == MAX_REQUESTS || !staysOpen(head);
            byte[] answer = answer(head, refusal.get(), last);
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

    /** {@inheritDoc} An answer can only follow a request, which so is read first. */
    @Override
    public void refuse(Inbound connection, Reason why, String detail) throws IOException {
        HeadReader.Received<RequestHead> received = read(connection);
        var refusal = why == Reason.SHUTDOWN ? Refusal.CLOSED : new Refusal(503, detail, why);
        Farewell.say(connection.with(received.rest()), answer(received.head(), refusal, true));
    }

    private static HeadReader.Received<RequestHead> read(Inbound from) throws IOException {
        return Deadline.within(
                from.stream(),
                from.untilProved(),
                "request head",
                () -> HeadReader.readRequest(from.stream(), Rdv.MAX_HEAD));
    }

    private Instant now() {
        return services.clock().instant();
    }

    private byte[] answer(RequestHead head, Refusal refusal, boolean last) {
        return head.method().equals("HEAD")
                ? refusal.response().headBytes(head.version(), last, now())
                : refusal.immediate(head.version(), last, now());
    }

    /**
     * Takes an upgrade request over from a program's own HTTP server.
     *
     * @param head of the request; its target as the client sent it, or with the program's own prefix taken off
     * @param stream the connection, with every byte behind the head still in it; taken over if the request is in order
     * @return empty if the connection was taken over, and is closed in the end; or the answer to give, in which case the
     *     connection is still the caller's. The peer's address is the stream's, or what a trusted proxy says in the head
     */
    public Optional<Refusal> upgrade(RequestHead head, ByteStream stream) {
        InetSocketAddress remote =
                stream.remoteAddress().orElseGet(() -> new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Duration limit = services.admission().limits().head();
        return upgrade(head, new Inbound(stream, remote, stream.remoteAddress(), ConnectionPermit.uncounted(), limit));
    }

    private Optional<Refusal> upgrade(RequestHead head, Inbound connection) {
        if (lobby.closed()) {
            return Optional.of(Refusal.CLOSED);
        }
        try {
            Inbound leg = server.forwarded().apply(connection, head.headers(), services.events());
            RdvRequest request = RdvRequest.parse(head, RequestTarget.below(server.path(), head.target()));
            Optional<Refusal> refusal =
                    server.authoriser().decide(request, leg.party().address());
            if (refusal.isEmpty()) {
                lobby.join(new RdvPeer(request, leg, services.waitingRoom().arrival()));
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

    private void report(Inbound connection, Refusal refusal) {
        services.events()
                .on(new RelayEvent.Refused(
                        Optional.of(RdvServer.NAME), connection.party().shown(), refusal.reason(), refusal.body()));
    }

    @Override
    public void drain() {
        lobby.close();
    }

    @Override
    public void close() {
        drain();
    }

    @Override
    public List<String> addresses(List<String> hosts) {
        return List.of();
    }
}
