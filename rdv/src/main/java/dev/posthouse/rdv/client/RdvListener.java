package dev.posthouse.rdv.client;

import dev.posthouse.net.connection.Listener;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.rdv.wire.ServerAddress;
import dev.posthouse.rdv.wire.Token;
import java.io.IOException;

/** Accepts under one token, from {@link RdvClient#listen}. Thread-safe. Ends with its client, too. */
public final class RdvListener implements Listener {

    private final RdvClient client;
    private final ServerAddress server;
    private final Token token;
    private final Calls calls;

    /** @param calls ends with the client's */
    RdvListener(RdvClient client, Calls calls, ServerAddress server, Token token) {
        this.client = client;
        this.calls = calls;
        this.server = server;
        this.token = token;
    }

    /**
     * {@inheritDoc} One at a time: of several that wait under one token the relay keeps the newest.
     *
     * @throws IOException as {@link RdvClient#dial}, or if the listener or its client was closed
     */
    @Override
    public StreamConnection accept() throws IOException {
        return client.connect(calls, Method.ACCEPT, server, token);
    }

    @Override
    public void close() {
        calls.close();
    }
}
