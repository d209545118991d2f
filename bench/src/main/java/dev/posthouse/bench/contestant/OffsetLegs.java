package dev.posthouse.bench.contestant;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.TcpStream;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.Channels;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.channel.TickClock;
import dev.posthouse.offset.wire.InitConnection;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** Makes clients' legs to one Offset relay, and keeps them alive until it is closed. Any thread. */
final class OffsetLegs implements Closeable {
    private final InetSocketAddress server;
    private final Ed25519PublicKey relay;
    private final TickClock ticks = TickClock.start(Duration.ofSeconds(1));
    private final Loopback loopback = new Loopback();

    OffsetLegs(InetSocketAddress server, Ed25519PublicKey relay) {
        this.server = server;
        this.relay = relay;
    }

    /**
     * Makes one: connection, handshake, first message.
     *
     * @throws IOException if the relay is not who it should be, or does not play its part
     */
    OffsetLeg open(Ed25519KeyPair client, InitConnection first) throws IOException {
        SocketChannel socket = loopback.connect(server);
        try {
            KeepAlive channel =
                    new Channels(client, ChannelSettings.DEFAULT, ticks).toRelay(new TcpStream(socket), relay);
            channel.send(first.encode());
            return new OffsetLeg(channel, socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public void close() {
        ticks.close();
    }
}
