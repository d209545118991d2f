package dev.posthouse.cli.dialect;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.Refused;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.offset.client.AccessList;
import dev.posthouse.offset.client.OffsetClient;
import dev.posthouse.offset.client.OffsetListener;
import dev.posthouse.offset.client.RelayAddress;
import java.io.IOException;

/** Offset's ordinary way: tunnels. */
record OffsetTraining(RelayAddress relay, Transfers transfers) {

    private static final int TRANSFER = 1_000_000;

    /** Each takes a hundred times as long as a circuit without keys, for its handshakes. */
    private static final int TUNNELS = 40;

    /** Each takes a whole handshake, long enough for what is only late. */
    private static final int REFUSALS = 100;

    void run() throws Exception {
        for (int i = 0; i < TUNNELS; i++) {
            transfer(i == 0 ? TRANSFER : 1);
        }
    }

    private void transfer(int bytes) throws Exception {
        Ed25519KeyPair here = Ed25519KeyPair.generate();
        Ed25519KeyPair there = Ed25519KeyPair.generate();
        try (OffsetClient accepting = OffsetClient.of(there);
                OffsetListener listener = accepting.listen(relay, AccessList.of(here.publicKey()));
                OffsetClient dialing = OffsetClient.of(here)) {
            transfers.transfer(bytes, listener::accept, () -> dialRegistered(dialing, there.publicKey()));
        }
    }

    /** The relay registers a listener after it has answered it, and does not tell when; a dialer before that is refused. */
    private StreamConnection dialRegistered(OffsetClient dialing, Ed25519PublicKey listener) throws IOException {
        int refused = 0;
        while (true) {
            try {
                return dialing.dial(relay, listener);
            } catch (Refused e) {
                if (++refused == REFUSALS) {
                    throw e;
                }
            }
        }
    }
}
