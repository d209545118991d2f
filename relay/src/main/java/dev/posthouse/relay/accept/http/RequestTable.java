package dev.posthouse.relay.accept.http;

import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.net.http.TextResponse;
import dev.posthouse.net.websocket.ServerHandshake;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.RequestClaim;
import dev.posthouse.relay.accept.RequestHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose a request is. The answer depends on the request alone: by its method, else by the first of its words in {@code Upgrade} that
 * anybody has, else it is the rest's. Immutable.
 */
final class RequestTable {

    /**
     * Something of a dialect's.
     *
     * @param dialect its name
     */
    record Owned<T>(String dialect, T what) {}

    /** Whose a request is. */
    sealed interface Found {
        /** A dialect's. */
        record Dialects(Owned<RequestHandler> owner) implements Found {}

        /** One for a WebSocket. */
        record WebSockets(WebSocketRoute route) implements Found {}

        /** Nobody's: what it is answered. */
        record Nobodys(TextResponse answer) implements Found {}
    }

    private static final RequestClaim WEB_SOCKET = new RequestClaim.Upgrade(ServerHandshake.PROTOCOL);
    private static final RequestClaim REST = new RequestClaim.Rest();

    private final Map<RequestClaim, Owned<RequestHandler>> claims = new HashMap<>();
    private final WebSocketRoutes webSockets;

    /** @throws IllegalStateException if two dialects claim the same; names them */
    RequestTable(List<Owned<Entrance>> entrances) {
        var sockets = new ArrayList<Owned<Entrance.WebSockets>>();
        for (Owned<Entrance> entrance : entrances) {
            switch (entrance.what()) {
                case Entrance.FirstBytes first -> {}
                case Entrance.Requests requests ->
                    requests.claims().forEach(claim -> add(claim, new Owned<>(entrance.dialect(), requests.handler())));
                case Entrance.WebSockets some -> sockets.add(new Owned<>(entrance.dialect(), some));
            }
        }
        this.webSockets = new WebSocketRoutes(sockets);
    }

    private void add(RequestClaim claim, Owned<RequestHandler> owner) {
        if (claim.equals(WEB_SOCKET)) {
            throw new IllegalStateException(owner.dialect() + " claims HTTP requests " + claim
                    + ", which are the relay's to answer: WebSockets have an entrance of their own");
        }
        Owned<RequestHandler> other = claims.putIfAbsent(claim, owner);
        if (other != null) {
            throw new IllegalStateException(
                    other.dialect() + " and " + owner.dialect() + " both claim HTTP requests " + claim);
        }
    }

    /** Whether nobody has anything in it. */
    boolean isEmpty() {
        return claims.isEmpty() && webSockets.isEmpty();
    }

    /** Who has WebSockets; empty if nobody. */
    Optional<String> webSocketDialect() {
        return webSockets.anyDialect();
    }

    /** Who has what is nobody else's. */
    Optional<String> restsDialect() {
        return owner(REST).map(Owned::dialect);
    }

    private Optional<Owned<RequestHandler>> owner(RequestClaim claim) {
        return Optional.ofNullable(claims.get(claim));
    }

    Found find(RequestHead head) {
        return owner(new RequestClaim.Method(head.method()))
                .<Found>map(Found.Dialects::new)
                .or(() -> upgrades(head).stream()
                        .map(word -> byWord(new RequestClaim.Upgrade(word), head.target()))
                        .flatMap(Optional::stream)
                        .findFirst())
                .or(() -> owner(REST).map(Found.Dialects::new))
                .orElseGet(() -> new Found.Nobodys(nothingHere()));
    }

    /** Of HTTP/1.0 it says nothing (RFC 9110 section 7.8). */
    private static List<String> upgrades(RequestHead head) {
        return head.version().equals("HTTP/1.0") ? List.of() : head.headers().list("Upgrade");
    }

    private Optional<Found> byWord(RequestClaim.Upgrade word, String target) {
        if (!word.equals(WEB_SOCKET) || webSockets.isEmpty()) {
            return owner(word).map(Found.Dialects::new);
        }
        return Optional.of(webSockets
                .at(RequestHead.pathOf(target))
                .<Found>map(Found.WebSockets::new)
                .orElseGet(() -> new Found.Nobodys(TextResponse.of(404, "no WebSocket is spoken at this path"))));
    }

    private TextResponse nothingHere() {
        var words = new ArrayList<String>();
        claims.keySet().forEach(claim -> {
            if (claim instanceof RequestClaim.Upgrade upgrade) {
                words.add(upgrade.word());
            }
        });
        if (!webSockets.isEmpty()) {
            words.add(ServerHandshake.PROTOCOL);
        }
        if (words.isEmpty()) {
            return TextResponse.of(404, "nothing here");
        }
        words.sort(null);
        String all = String.join(", ", words);
        // Upgrade is of this connection alone, and Connection says so (RFC 9110 section 7.8).
        Headers offer = Headers.builder()
                .add("Upgrade", all)
                .add("Connection", "Upgrade")
                .build();
        return new TextResponse(426, offer, "nothing here but upgrades to " + all);
    }
}
