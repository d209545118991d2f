package dev.posthouse.relay.accept;

import dev.posthouse.net.PushbackStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads the first bytes of a connection, or of what a layer carries, to find out whose they are; all of them stay in what it gives
 * back. For one thread, which bounds the time.
 */
public final class ProtocolSniffer {

    /** One read takes a whole ordinary request; what it takes too much stays in the stream. */
    static final int LENGTH = 1_024;

    /**
     * Whose it is.
     *
     * @param connection with its first bytes in it again
     */
    public record Recognised<T>(Inbound connection, T owner) {}

    private final Inbound connection;
    private final ByteBuffer bytes = ByteBuffer.allocate(LENGTH);

    /** @param connection given up by the caller, who goes on with {@link #rest} or what {@link #recognise} gives */
    public ProtocolSniffer(Inbound connection) {
        this.connection = connection;
    }

    /** The very first byte; blocks for it. */
    byte first() throws IOException {
        if (bytes.position() == 0 && connection.stream().read(bytes) < 0) {
            throw new EOFException("closed without a byte");
        }
        return bytes.get(0);
    }

    /** The connection with what was read ahead put back. */
    Inbound rest() {
        return connection.with(
                PushbackStream.of(connection.stream(), bytes.duplicate().flip()));
    }

    /**
     * Blocks until it is decided whose it is.
     *
     * @throws Unrecognised if it is nobody's
     * @throws EOFException if it ended without a byte
     * @throws IOException if a read failed
     */
    public <T> Recognised<T> recognise(Detection<T> detection) throws IOException {
        first();
        boolean more = true;
        while (true) {
            ByteBuffer seen = bytes.duplicate().flip();
            boolean ended = !more;
            if (detection.look(seen, more) instanceof Detection.Answer.Whose<T> whose) {
                return new Recognised<>(rest(), whose.owner().orElseThrow(() -> nobodys(seen, ended)));
            }
            more = connection.stream().read(bytes) >= 0;
        }
    }

    private static Unrecognised nobodys(ByteBuffer seen, boolean ended) {
        return new Unrecognised(
                ended ? "closed before its protocol was recognised" : "no dialect begins with " + Detection.hex(seen));
    }
}
