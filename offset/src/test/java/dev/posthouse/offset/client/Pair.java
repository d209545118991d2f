package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.testkit.Background;
import java.io.IOException;
import java.time.Duration;

/** Two clients at a relay, one of which listens; they are closed with it, their connections are not. */
record Pair(OffsetClient dialer, OffsetClient acceptor, OffsetListener listener, RelayAddress relay)
        implements AutoCloseable {

    /** The two ends of one connection. */
    record Ends(OffsetConnection dialed, OffsetConnection accepted) {}

    static Pair at(RelayFixture relay) throws IOException {
        return at(
                relay,
                OffsetClient.builder(Ed25519KeyPair.generate()),
                OffsetClient.builder(Ed25519KeyPair.generate()));
    }

    static Pair at(RelayFixture relay, OffsetClient.Builder dialer, OffsetClient.Builder acceptor) throws IOException {
        OffsetClient dials = dialer.build();
        OffsetClient accepts = acceptor.build();
        int before = relay.listenersSoFar();
        OffsetListener listener = accepts.listen(relay.address(), AccessList.of(dials.publicKey()));
        relay.awaitListeners(before + 1);
        return new Pair(dials, accepts, listener, relay.address());
    }

    Ends connect() throws IOException {
        var accepting = Background.start(listener::accept);
        OffsetConnection dialed = dialer.dial(relay, acceptor.publicKey());
        return new Ends(dialed, accepting.result());
    }

    @Override
    public void close() {
        listener.close();
        dialer.close(Duration.ZERO);
        acceptor.close(Duration.ZERO);
    }
}
