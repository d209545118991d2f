package dev.posthouse.rdv.client;

import dev.posthouse.net.connection.AddressScheme;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.rdv.wire.ServerAddress;
import dev.posthouse.rdv.wire.Token;
import java.io.IOException;
import java.util.Optional;

/** rdv's addresses: those of its servers, with a token. */
public final class RdvScheme implements AddressScheme {

    private final RdvClient client;

    /** @param client dials and accepts; stays its owner's to close */
    public RdvScheme(RdvClient client) {
        this.client = client;
    }

    @Override
    public String name() {
        return "rdv";
    }

    @Override
    public StreamConnection dial(String address, Optional<String> token) throws IOException {
        return client.dial(ServerAddress.parse(address), needed(token));
    }

    @Override
    public RdvListener listen(String address, Optional<String> token) {
        return client.listen(ServerAddress.parse(address), needed(token));
    }

    private static Token needed(Optional<String> token) {
        return Token.of(token.orElseThrow(
                () -> new IllegalArgumentException("missing rdv token: give the word that both peers have agreed on")));
    }
}
