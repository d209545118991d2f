package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.Channels;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.channel.ManualTicks;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.offset.wire.IncomingConnection;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.Octets;
import dev.posthouse.offset.wire.RejectConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A relay on a loopback port that does what a test says, and nothing by itself. */
final class ScriptedRelay implements AutoCloseable {

    private final Ed25519KeyPair identity = Ed25519KeyPair.generate();
    private final TcpListener listener;
    private final int port;
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();

    private ScriptedRelay(TcpListener listener) {
        this.listener = listener;
        this.port = listener.address().getPort();
    }

    static ScriptedRelay start() throws IOException {
        return new ScriptedRelay(TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    }

    RelayAddress address() {
        return new RelayAddress(identity.publicKey(), "127.0.0.1", port);
    }

    /** The next connection, as it comes. */
    TcpStream accept() throws IOException {
        var stream = new TcpStream(listener.accept());
        open.add(stream);
        return stream;
    }

    /** The next connection that says what it is for. */
    Visitor greet() throws IOException {
        TcpStream stream = accept();
        var channels = new Channels(identity, ChannelSettings.DEFAULT, new ManualTicks());
        var channel = channels.fromClient(stream, LengthPrefix.U64, Holding.uncounted());
        var kept = KeepAlive.over(channel, "the client", ChannelSettings.DEFAULT, channels.ticks());
        open.add(kept::abort);
        return new Visitor(stream, kept, InitConnection.decode(kept.receive().orElseThrow()));
    }

    /** Whoever comes from now on finds nobody. */
    void stopListening() throws IOException {
        listener.close();
    }

    /** A client that said what it wants. */
    record Visitor(TcpStream stream, KeepAlive channel, InitConnection said) {

        Ed25519PublicKey key() {
            return channel.peer();
        }

        /** Tells it that somebody calls. */
        void announce(Ed25519PublicKey caller) throws IOException {
            channel.send(new IncomingConnection(Octets.of(caller.bytes())).encode());
        }

        /** Whom it rejects. */
        Ed25519PublicKey rejected() throws IOException {
            return Ed25519PublicKey.of(RejectConnection.decode(channel.receive().orElseThrow())
                    .publicKey()
                    .bytes());
        }

        /** The peer's end of a tunnel with it, as the original would have it. */
        KeepAlive joinAs(Ed25519KeyPair peer) throws IOException {
            return new Channels(peer, ChannelSettings.DEFAULT, new ManualTicks()).throughTunnel(channel, stream, key());
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
