package dev.posthouse.cli.dialect;

import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.rdv.client.RdvClient;
import java.net.URI;

/** rdv's ordinary ways: directly and through the relay. */
record RdvTraining(URI relay, Transfers transfers) {

    private static final int TRANSFER = 1_000_000;

    /** As many as make the relay's ways hot, so that its profile is in the cache and a busy relay is fast after seconds. */
    private static final int CIRCUITS = 400;

    private static final String TOKEN = "training";

    void run() throws Exception {
        transfer(AddressSpaces.ALL, TRANSFER);
        transfer(AddressSpaces.NONE, TRANSFER);
        for (int i = 0; i < CIRCUITS; i++) {
            transfer(AddressSpaces.NONE, 1);
        }
    }

    private void transfer(AddressSpaces spaces, int bytes) throws Exception {
        try (RdvClient accepting = RdvClient.builder().spaces(spaces).build();
                RdvClient dialing = RdvClient.builder().spaces(spaces).build()) {
            transfers.transfer(bytes, () -> accepting.accept(relay, TOKEN), () -> dialing.dial(relay, TOKEN));
        }
    }
}
