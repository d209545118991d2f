package dev.posthouse.rdv.client;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.acknowledged.AcknowledgedStream;
import dev.posthouse.net.connection.Report;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.connection.StreamConnection;
import java.io.IOException;

/** A connection whose route was chosen once and for all. */
record RdvConnection(ByteStream stream, Route route, Report report) implements StreamConnection {

    /**
     * Only where both ends speak the acknowledged stream: a stock peer or a stock server closes both directions at the first end, and so
     * does an HTTP proxy, of which there may be one on any way to a relay.
     */
    @Override
    public boolean carriesHalfClose() {
        return verified();
    }

    /** Never: TLS, where it is spoken, ends at the server, and a direct connection has none. */
    @Override
    public boolean encryptedEndToEnd() {
        return false;
    }

    @Override
    public void close() throws IOException {
        stream.close();
        if (stream instanceof AcknowledgedStream acknowledged) {
            acknowledged.awaitGone(AcknowledgedStream.GONE);
        }
    }
}
