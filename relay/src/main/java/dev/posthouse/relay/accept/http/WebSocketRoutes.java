package dev.posthouse.relay.accept.http;

import dev.posthouse.relay.accept.Carried;
import dev.posthouse.relay.accept.Detection;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.http.RequestTable.Owned;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The paths at which WebSockets are taken. Immutable. */
final class WebSocketRoutes {

    private final Map<Optional<String>, WebSocketRoute> byPath = new HashMap<>();
    private final Optional<String> anyDialect;

    /** @throws IllegalStateException if two dialects claim the same; names them */
    WebSocketRoutes(List<Owned<Entrance.WebSockets>> entrances) {
        this.anyDialect = entrances.stream().map(Owned::dialect).findFirst();
        var grouped = new LinkedHashMap<Optional<String>, List<Owned<Entrance.WebSockets>>>();
        entrances.forEach(entrance -> grouped.computeIfAbsent(entrance.what().path(), path -> new ArrayList<>())
                .add(entrance));
        grouped.forEach((path, some) -> byPath.put(path, route(path, some)));
    }

    private static WebSocketRoute route(Optional<String> path, List<Owned<Entrance.WebSockets>> some) {
        Owned<Entrance.WebSockets> first = some.getFirst();
        Optional<String> subprotocol = first.what().subprotocol();
        var detected = new ArrayList<Detection.Entry<Owned<Carried.ByteHandler>>>();
        for (Owned<Entrance.WebSockets> one : some) {
            if (one.what().carried() instanceof Carried.Detected its
                    && one.what().subprotocol().equals(subprotocol)) {
                detected.add(new Detection.Entry<>(
                        one.dialect(), its.detector(), new Owned<>(one.dialect(), its.handler())));
            } else if (some.size() > 1) {
                Owned<Entrance.WebSockets> other = one.equals(first) ? some.get(1) : one;
                throw new IllegalStateException(first.dialect() + " and " + other.dialect() + " both claim WebSockets "
                        + path.map(at -> "at " + at).orElse("at every path"));
            }
        }
        return switch (first.what().carried()) {
            case Carried.Messages messages -> new WebSocketRoute.AsMessages(subprotocol, first.dialect(), messages);
            case Carried.Bytes bytes -> new WebSocketRoute.AsBytes(subprotocol, first.dialect(), bytes);
            case Carried.Detected them -> new WebSocketRoute.ByFirstBytes(subprotocol, new Detection<>(detected));
        };
    }

    boolean isEmpty() {
        return byPath.isEmpty();
    }

    /** One of those who have any. */
    Optional<String> anyDialect() {
        return anyDialect;
    }

    /** Where those go that are asked for at a path. */
    Optional<WebSocketRoute> at(Optional<String> path) {
        WebSocketRoute named = byPath.get(path);
        return Optional.ofNullable(named == null ? byPath.get(Optional.<String>empty()) : named);
    }
}
