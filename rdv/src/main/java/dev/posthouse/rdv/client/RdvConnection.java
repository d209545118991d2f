package dev.posthouse.rdv.client;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.connection.Connection;
import dev.posthouse.net.connection.Report;
import dev.posthouse.net.connection.Route;
import java.io.IOException;

/** A connection whose route was chosen once and for all. */
record RdvConnection(ByteStream stream, Route route, Report report, boolean carriesHalfClose) implements Connection {

    /** Never: TLS, where it is spoken, ends at the server, and a direct connection has none. */
    @Override
    public boolean encryptedEndToEnd() {
        return false;
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
