package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.ByteStreamContractTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The bytes of a tunnel through a relay are a stream like every other. */
class MessageBytesContractTest {

    @Nested
    class Dialed extends Tunnelled {
        @Override
        Ends ends(Pair.Ends pair) {
            return new Ends(pair.dialed().stream(), pair.accepted().stream());
        }
    }

    @Nested
    class Accepted extends Tunnelled {
        @Override
        Ends ends(Pair.Ends pair) {
            return new Ends(pair.accepted().stream(), pair.dialed().stream());
        }
    }

    /** Both take the other for one of the original's. */
    @Nested
    class WithoutHalfClose extends Tunnelled {
        @Override
        Ends ends(Pair.Ends pair) {
            return new Ends(pair.dialed().stream(), pair.accepted().stream());
        }

        @Override
        OffsetClient.Builder client() {
            return super.client().extensions(0);
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Tunnelled extends ByteStreamContractTest {

        private RelayFixture relay;
        private Pair pair;
        private final List<OffsetConnection> connected = new ArrayList<>();
        /**
         * Before the leak check looks: it dumps all threads, which has brought the JVM (25.0.3) down while virtual ones were ending, in
         * GetThreadSnapshotClosure.
         */
        @RegisterExtension
        private final AfterEachCallback settle = context -> {
            for (OffsetConnection end : connected) {
                end.awaitOver();
            }
            connected.clear();
            relay.awaitConnections(1);
        };

        @BeforeAll
        void start() throws IOException {
            relay = RelayFixture.start();
            pair = Pair.at(relay, client(), client());
        }

        @AfterAll
        void stop() {
            pair.close();
            relay.close();
        }

        OffsetClient.Builder client() {
            return OffsetClient.builder(Ed25519KeyPair.generate());
        }

        abstract Ends ends(Pair.Ends pair);

        @Override
        protected Ends connect() throws Exception {
            Pair.Ends ends = pair.connect();
            connected.add(ends.dialed());
            connected.add(ends.accepted());
            return ends(ends);
        }
    }
}
