package dev.posthouse.cli.chime;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.address.HostPort;
import dev.posthouse.net.connection.AddressScheme;
import dev.posthouse.net.connection.Connection;
import dev.posthouse.net.connection.Report;
import dev.posthouse.net.connection.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
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
    public Connection dial(String address, Optional<String> token) throws IOException {
        int port = HostPort.parse(address.substring("chime://".length())).port().orElseThrow();
        var tower = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        TcpStream stream = new TcpStream(SocketChannel.open(tower));
        stream.write(StandardCharsets.US_ASCII.encode(bell + "\n"), ByteBuffer.allocate(0));
        return new Rung(stream, new Route.Relayed(tower));
    }

    @Override
    public Connection accept(String address, Optional<String> token) throws IOException {
        return dial(address, token);
    }

    private record Rung(ByteStream stream, Route route) implements Connection {

        @Override
        public Report report() {
            return new Report(
                    route,
                    List.of(),
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ZERO);
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
