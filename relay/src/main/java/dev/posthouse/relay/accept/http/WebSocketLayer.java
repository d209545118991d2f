package dev.posthouse.relay.accept.http;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.net.websocket.ServerHandshake;
import dev.posthouse.net.websocket.WebSocketCodec;
import dev.posthouse.relay.accept.Attribution;
import dev.posthouse.relay.accept.Carried;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.ProtocolSniffer;
import dev.posthouse.relay.accept.http.RequestTable.Owned;
import java.io.IOException;
import java.nio.ByteBuffer;

/** WebSocket as a layer, as PROXY and TLS are: answers an upgrade that is in order, and gives on what it carries. Thread-safe. */
record WebSocketLayer(WebSocketCodec codec) {

    /**
     * Takes a connection over.
     *
     * @param head with which nothing is {@link ServerHandshake#refusal wrong}
     * @param connection with every byte behind the head still in it
     * @throws IOException what the peer or the network did, or that nobody knows the first bytes that it carries
     */
    void serve(WebSocketRoute route, RequestHead head, Inbound connection, Attribution whose) throws IOException {
        ByteStream below = connection.stream();
        ByteBuffer answer = ByteBuffer.wrap(ServerHandshake.acceptance(head, route.subprotocol()));
        Deadline.within(below, connection.untilProved(), "a WebSocket upgrade", () -> below.write(answer));
        switch (route) {
            case WebSocketRoute.AsMessages one -> {
                whose.is(one.owner(), connection);
                Carried.Messages as = one.carried();
                as.handler().serve(connection, codec.messages(below, as.longest(), connection.holding()), head);
            }
            case WebSocketRoute.AsBytes one -> {
                whose.is(one.owner(), connection);
                one.carried().handler().serve(connection.with(codec.bytes(below)), head);
            }
            case WebSocketRoute.ByFirstBytes several -> {
                Inbound carried = connection.with(codec.bytes(below));
                ProtocolSniffer.Recognised<Owned<Carried.ByteHandler>> found = Deadline.within(
                        carried.stream(),
                        carried.untilProved(),
                        "the first bytes in a WebSocket",
                        () -> new ProtocolSniffer(carried).recognise(several.dialects()));
                whose.is(found.owner().dialect(), connection);
                found.owner().what().serve(found.connection(), head);
            }
        }
    }
}
