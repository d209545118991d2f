package dev.posthouse.cli.chime;

import dev.posthouse.cli.chime.Frames.Frame;
import dev.posthouse.cli.chime.Frames.Kind;
import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/** A peer of chime. */
final class ChimePeer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final TcpStream stream;
    private final Frames frames;

    private ChimePeer(TcpStream stream) {
        this.stream = stream;
        this.frames = new Frames(stream);
    }

    /** Connects and proves who it is. */
    static ChimePeer connect(InetSocketAddress tower, Ed25519KeyPair identity) throws IOException {
        var stream = new TcpStream(SocketChannel.open(tower));
        stream.readTimeout(PATIENCE);
        Frames.writeLine(stream, ChimeDialect.HELLO + identity.publicKey());
        byte[] nonce = Base64.getDecoder().decode(Frames.readLine(stream));
        Frames.writeLine(stream, Base64.getEncoder().encodeToString(identity.sign(nonce)));
        return new ChimePeer(stream);
    }

    /** One that carries many circuits. */
    static ChimePeer mux(InetSocketAddress tower, Ed25519KeyPair identity) throws IOException {
        ChimePeer peer = connect(tower, identity);
        peer.line("MUX");
        return peer;
    }

    TcpStream stream() {
        return stream;
    }

    void line(String line) throws IOException {
        Frames.writeLine(stream, line);
    }

    String line() throws IOException {
        return Frames.readLine(stream);
    }

    void say(Kind kind, int circuit, String text) throws IOException {
        frames.write(Frame.of(kind, circuit, text));
    }

    Frame hear() throws IOException {
        return frames.read().orElseThrow(() -> new IOException("the tower has closed the connection"));
    }

    /** Whether the connection has ended, in whatever way. */
    boolean ended() throws IOException {
        try {
            Optional<Frame> none = frames.read();
            return none.isEmpty();
        } catch (IOException e) {
            return stream.read(ByteBuffer.allocate(1)) < 0;
        }
    }

    @Override
    public void close() {
        stream.abort();
    }
}
