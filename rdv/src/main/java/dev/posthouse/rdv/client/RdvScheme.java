package dev.posthouse.rdv.client;

import dev.posthouse.net.connection.AddressScheme;
import dev.posthouse.net.connection.Connection;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.rdv.wire.ServerAddress;
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
    public Connection dial(String address, Optional<String> token) throws IOException {
        return client.connect(Method.DIAL, ServerAddress.parse(address), needed(token));
    }

    @Override
    public Connection accept(String address, Optional<String> token) throws IOException {
        return client.connect(Method.ACCEPT, ServerAddress.parse(address), needed(token));
    }

    private static String needed(Optional<String> token) {
        return token.orElseThrow(
                () -> new IllegalArgumentException("missing rdv token: give the word that both peers have agreed on"));
    }
}
