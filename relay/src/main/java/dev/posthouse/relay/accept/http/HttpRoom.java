package dev.posthouse.relay.accept.http;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.Reason;
import dev.posthouse.net.http.HeadReader;
import dev.posthouse.net.http.MalformedHead;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.net.http.TextResponse;
import dev.posthouse.net.websocket.ServerHandshake;
import dev.posthouse.net.websocket.WebSocketCodec;
import dev.posthouse.relay.accept.Attribution;
import dev.posthouse.relay.accept.Availability;
import dev.posthouse.relay.accept.Destination;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.Farewell;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.OpenDialect;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.accept.RequestHandler;
import dev.posthouse.relay.accept.http.RequestTable.Found;
import dev.posthouse.relay.accept.http.RequestTable.Owned;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.OverLimit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * HTTP, whoever's it is: reads the requests of a connection one after the other, gives each to the dialect whose it is by the {@link
 * RequestTable}, and answers those that are refused, until one takes the connection over. All of it within {@link
 * Inbound#untilProved}, which no further request begins again. Thread-safe.
 */
public final class HttpRoom implements Destination.Room {

    /**
     * Requests that one connection may make before one takes it over. Refused ones may be followed by others, as in any HTTP; nobody
     * needs more.
     */
    private static final int MAX_REQUESTS = 32;

    /**
     * A head, in bytes. The original of rdv takes 1 MiB; decided here: a token, nine addresses and some application headers fit eight
     * times over.
     */
    private static final int MAX_HEAD = 32 * 1_024;

    private final RequestTable table;
    private final Optional<WebSocketLayer> webSockets;
    private final Forwarded forwarded;
    private final RelayServices services;

    private HttpRoom(
            RequestTable table, Optional<WebSocketLayer> webSockets, Forwarded forwarded, RelayServices services) {
        this.table = table;
        this.webSockets = webSockets;
        this.forwarded = forwarded;
        this.services = services;
    }

    /**
     * The room of a relay's dialects; empty if none of them is reached by HTTP.
     *
     * @param codec of WebSockets, if there is one
     * @param forwarded whom proxies may name
     * @throws IllegalStateException if two dialects claim the same requests, or one wants WebSockets and there is no codec
     */
    public static Optional<HttpRoom> of(
            List<OpenDialect> dialects, Optional<WebSocketCodec> codec, Forwarded forwarded, RelayServices services) {
        var table = new RequestTable(dialects.stream()
                .flatMap(dialect -> dialect.service().entrances().stream()
                        .map(entrance -> new Owned<Entrance>(dialect.name(), entrance)))
                .toList());
        table.webSocketDialect().filter(wants -> codec.isEmpty()).ifPresent(wants -> {
            throw new IllegalStateException(wants + " is reached by WebSocket, for which this relay has no codec");
        });
        return table.isEmpty()
                ? Optional.empty()
                : Optional.of(new HttpRoom(table, codec.map(WebSocketLayer::new), forwarded, services));
    }

    @Override
    public Optional<String> presumed() {
        return table.restsDialect();
    }

    @Override
    public void serve(Inbound connection, Attribution whose, Availability relay) throws IOException {
        Inbound current = connection;
        for (int requests = 1; ; requests++) {
            HeadReader.Received<RequestHead> received;
            try {
                received = read(current);
            } catch (MalformedHead e) {
                report(whose.dialect(), current, Reason.PROTOCOL_ERROR, e.explanation());
                TextResponse answer = TextResponse.of(e.status(), e.explanation());
                Farewell.say(current, answer.toBytes("HTTP/1.1", true, now()));
                return;
            } catch (LimitExceeded e) {
                throw e;
            } catch (IOException e) {
                if (requests > 1) {
                    // It was refused and counted, and has left or fallen silent since.
                    current.close();
                    return;
                }
                throw e;
            }
            RequestHead head = received.head();
            current = current.with(received.rest());
            Optional<Availability.Unavailable> unavailable = relay.refusal();
            if (unavailable.isPresent()) {
                Reason why = unavailable.get().why();
                String detail = unavailable.get().detail();
                report(whose.dialect(), current, why, detail);
                Farewell.say(current, answer(head, refusal(head, why, detail), true));
                return;
            }
            Optional<TextResponse> refusal = handle(head, current, whose);
            if (refusal.isEmpty()) {
                return;
            }
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
        TextResponse refusal = refusal(received.head(), why, detail);
        Farewell.say(connection.with(received.rest()), answer(received.head(), refusal, true));
    }

    /** In the words of whose request it is. */
    private TextResponse refusal(RequestHead head, Reason why, String detail) {
        return table.find(head) instanceof Found.Dialects one
                ? one.owner().what().refusal(why, detail)
                : TextResponse.of(503, detail);
    }

    private static HeadReader.Received<RequestHead> read(Inbound from) throws IOException {
        return Deadline.within(
                from.stream(),
                from.untilProved(),
                "request head",
                () -> HeadReader.readRequest(from.stream(), MAX_HEAD, from.holding()));
    }

    private Instant now() {
        return services.clock().instant();
    }

    private byte[] answer(RequestHead head, TextResponse refusal, boolean last) {
        return head.method().equals("HEAD")
                ? refusal.headBytes(head.version(), last, now())
                : refusal.toBytes(head.version(), last, now());
    }

    /** Empty if somebody has taken the connection over; or the answer to a request that is refused and counted. */
    private Optional<TextResponse> handle(RequestHead head, Inbound connection, Attribution whose) throws IOException {
        return switch (table.find(head)) {
            case Found.Nobodys nobodys -> {
                report(
                        Optional.empty(),
                        connection,
                        Reason.PROTOCOL_ERROR,
                        nobodys.answer().text());
                yield Optional.of(nobodys.answer());
            }
            case Found.Dialects(Owned<RequestHandler> owner) -> {
                whose.is(owner.dialect(), connection);
                yield passOn(head, connection, whose, peer -> owner.what().handle(head, peer));
            }
            case Found.WebSockets(WebSocketRoute route) -> {
                whose.presume(route.dialect());
                yield passOn(head, connection, whose, peer -> upgrade(route, head, peer, whose));
            }
        };
    }

    private Optional<RequestHandler.Refused> upgrade(
            WebSocketRoute route, RequestHead head, Inbound connection, Attribution whose) throws IOException {
        Optional<TextResponse> wrong = ServerHandshake.refusal(head);
        if (wrong.isEmpty()) {
            webSockets.orElseThrow().serve(route, head, connection, whose);
        }
        return wrong.map(answer -> new RequestHandler.Refused(answer, Reason.PROTOCOL_ERROR));
    }

    /** Takes a request whose owner is known. */
    @FunctionalInterface
    private interface Owner {
        Optional<RequestHandler.Refused> handle(Inbound peer) throws IOException;
    }

    /** Gives the owner the connection as a proxy in front describes it. */
    private Optional<TextResponse> passOn(RequestHead head, Inbound connection, Attribution whose, Owner owner)
            throws IOException {
        Inbound peer;
        try {
            peer = forwarded.apply(connection, head.headers(), services.events());
        } catch (Forwarded.Unreadable e) {
            return refused(whose, connection, TextResponse.of(400, e.explanation()), Reason.PROTOCOL_ERROR);
        } catch (OverLimit e) {
            return refused(whose, connection, TextResponse.of(503, e.getMessage() + ", try again later"), e.reason());
        }
        whose.namedAs(peer);
        Optional<RequestHandler.Refused> refused = owner.handle(peer);
        return refused.isEmpty()
                ? Optional.empty()
                : refused(whose, peer, refused.get().response(), refused.get().reason());
    }

    private Optional<TextResponse> refused(Attribution whose, Inbound peer, TextResponse answer, Reason reason) {
        report(whose.dialect(), peer, reason, answer.text());
        return Optional.of(answer);
    }

    /** Whether a further request may follow: a body would have to be read away first, which nobody sends. */
    private static boolean staysOpen(RequestHead head) {
        return head.version().equals("HTTP/1.1")
                && head.headers().first("Content-Length").isEmpty()
                && head.headers().first("Transfer-Encoding").isEmpty()
                && !head.headers().lists("Connection", "close");
    }

    private void report(Optional<String> dialect, Inbound connection, Reason reason, String detail) {
        services.events().on(new RelayEvent.Refused(dialect, connection.party().shown(), reason, detail));
    }
}
