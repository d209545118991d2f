package dev.posthouse.cli.chime;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Refused;
import dev.posthouse.net.address.HostPort;
import dev.posthouse.net.connection.AddressScheme;
import dev.posthouse.net.connection.Listener;
import dev.posthouse.net.connection.Report;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.connection.StreamConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/** Reaches towers on loopback, over TCP. */
final class ChimeScheme implements AddressScheme {

    private final String bell;

    ChimeScheme(String bell) {
        this.bell = bell;
    }

    @Override
    public String name() {
        return "chime";
    }

    @Override
    public boolean takesToken() {
        return false;
    }

    @Override
    public StreamConnection dial(String address, Optional<String> token) throws IOException {
        return ring(address, "RING ");
    }

    @Override
    public Listener listen(String address, Optional<String> token) {
        return new Listener() {
            @Override
            public StreamConnection accept() throws IOException {
                return ring(address, "WAIT ");
            }

            @Override
            public void close() {
                // nobody waits between two peers
            }
        };
    }

    private StreamConnection ring(String address, String how) throws IOException {
        String tower = address.substring("chime://".length()).replaceFirst("/.*", "");
        int port = HostPort.parse(tower).port().orElseThrow();
        var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        ChimePeer peer = ChimePeer.connect(at, Ed25519KeyPair.generate());
        peer.line(how + bell);
        String answer = peer.line();
        if (!answer.equals("MET")) {
            peer.close();
            throw new Refused("the tower said " + answer);
        }
        peer.stream().readTimeout(Duration.ZERO);
        return new Rung(peer.stream(), new Route.Relayed(at));
    }

    private record Rung(ByteStream stream, Route route) implements StreamConnection {

        @Override
        public Report report() {
            return Report.relayed(route, Duration.ZERO, Duration.ZERO, Duration.ZERO);
        }

        @Override
        public boolean carriesHalfClose() {
            return true;
        }

        @Override
        public boolean encryptedEndToEnd() {
            return false;
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }
}
