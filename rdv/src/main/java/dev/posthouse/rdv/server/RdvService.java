package dev.posthouse.rdv.server;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.net.http.TextResponse;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.rdv.wire.Rdv;
import dev.posthouse.rdv.wire.RdvRequest;
import dev.posthouse.rdv.wire.Refusal;
import dev.posthouse.rdv.wire.RefusedRequest;
import dev.posthouse.rdv.wire.RequestTarget;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.accept.RequestClaim;
import dev.posthouse.relay.accept.RequestHandler;
import dev.posthouse.relay.accept.Service;
import dev.posthouse.relay.accept.http.Forwarded;
import dev.posthouse.relay.limit.ConnectionPermit;
import dev.posthouse.relay.limit.OverLimit;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** An {@link RdvServer} at work: says which requests are refused, and hands the others to the lobby. Thread-safe. */
public final class RdvService implements Service, RequestHandler {

    /** With the rest, since the original answers every request in its own words (spec 2.4). */
    private static final List<RequestClaim> CLAIMS = List.of(
            new RequestClaim.Method(Method.DIAL.name()),
            new RequestClaim.Method(Method.ACCEPT.name()),
            new RequestClaim.Upgrade(Rdv.PROTOCOL),
            new RequestClaim.Rest());

    private final RdvServer server;
    private final RelayServices services;
    private final Lobby lobby;

    RdvService(RdvServer server, RelayServices services) {
        this.server = server;
        this.services = services;
        this.lobby = new Lobby(services, server.handler());
    }

    @Override
    public List<Entrance> entrances() {
        return List.of(new Entrance.Requests(CLAIMS, this));
    }

    @Override
    public Optional<Refused> handle(RequestHead head, Inbound connection) {
        return upgrade(head, connection).map(refusal -> new Refused(refusal.response(), refusal.reason()));
    }

    @Override
    public TextResponse refusal(Reason why, String detail) {
        return why == Reason.SHUTDOWN ? Refusal.CLOSED.response() : RequestHandler.super.refusal(why, detail);
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
                // Kept for as long as it waits and chooses: counted before it does.
                if (!leg.holding().tryTake(head.cost())) {
                    return Optional.of(Refusal.MEMORY);
                }
                lobby.join(new RdvPeer(request, leg, services.waitingRoom().arrival()));
            }
            return refusal;
        } catch (RefusedRequest e) {
            return Optional.of(e.refusal());
        } catch (Forwarded.Unreadable e) {
            return Optional.of(new Refusal(400, e.explanation(), Reason.PROTOCOL_ERROR));
        } catch (OverLimit e) {
            return Optional.of(new Refusal(503, e.getMessage() + ", try again later", e.reason()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            connection.abort();
            return Optional.empty();
        }
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
