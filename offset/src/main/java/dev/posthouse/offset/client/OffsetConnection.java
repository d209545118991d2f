package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.acknowledged.AbortReason;
import dev.posthouse.net.acknowledged.AcknowledgedSettings;
import dev.posthouse.net.acknowledged.AcknowledgedStream;
import dev.posthouse.net.connection.MessageConnection;
import dev.posthouse.net.connection.Report;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.connection.StreamConnection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel to a peer, through a relay, encrypted between the two ends; the peer has proved its identity. Seen either as {@link
 * #messages()}, as the original's applications do, or as {@link #stream()}, a stream of bytes; both ends should choose the same.
 *
 * <p><b>Half-close.</b> The original has none: its end of a direction is the end of the tunnel. Two clients of this kind tell each other in
 * the handshake that they speak the {@linkplain AcknowledgedStream acknowledged stream} where a tunnel is used as {@link #stream()}; then
 * {@link #verified()} is true, and both must use it so. Older ones of ours end a direction with an empty message. What
 * becomes of a file that is piped from a source to a sink whose own input is empty from the start:
 *
 * <table><caption>Ends</caption>
 * <tr><th>source</th><th>sink</th><th>what happens</th></tr>
 * <tr><td>ours</td><td>ours</td><td>the sink ends its direction at once, the source when it has sent all; the tunnel ends after both</td></tr>
 * <tr><td>ours</td><td>stock</td><td>the source's end of output ends the tunnel, which is the end to the sink, behind all that was
 * sent</td></tr>
 * <tr><td>stock</td><td>ours</td><td>the sink must not end its direction before the source has closed, since that would cut the transfer:
 * {@code carriesHalfClose()} is false, and who has sent nothing waits</td></tr>
 * </table>
 *
 * <p><b>The end.</b> {@link #close} does not block; what was sent is delivered in the background, also to a slow reader, as long as the
 * peer shows life and for ten minutes at most. A program that ends earlier loses it: {@link OffsetClient#close()} waits. A connection
 * lives on when its client is closed.
 *
 * <p>Thread-safe as {@link ByteStream} and {@link MessageStream} say.
 */
public final class OffsetConnection implements StreamConnection, MessageConnection {

    private final Tunnel tunnel;
    private final Ed25519PublicKey peer;
    private final RelayAddress relay;
    private final Report report;
    private final AcknowledgedSettings settings;
    // These two guarded by this: there is one of them at most.
    private @Nullable ByteStream bytes;
    private @Nullable TunnelMessages messages;

    /** @param settings of the acknowledged stream, if that is spoken */
    OffsetConnection(
            Tunnel tunnel, Ed25519PublicKey peer, RelayAddress relay, Report report, AcknowledgedSettings settings) {
        this.settings = settings;
        this.tunnel = tunnel;
        this.peer = peer;
        this.relay = relay;
        this.report = report;
    }

    /** Who the other end has proved to be. */
    public Ed25519PublicKey peer() {
        return peer;
    }

    /** The relay through which it runs, as it was given. */
    public RelayAddress relay() {
        return relay;
    }

    /**
     * The messages; the same object at every call. Ending one direction ends both. Interrupting a thread that is blocked there aborts the
     * connection.
     *
     * @throws IllegalStateException if {@link #stream()} was called before
     */
    @Override
    public synchronized MessageStream messages() {
        if (bytes != null) {
            throw new IllegalStateException("the connection is used as a stream of bytes already");
        }
        if (messages == null) {
            messages = new TunnelMessages(tunnel);
        }
        return messages;
    }

    /**
     * The bytes; the same object at every call.
     *
     * @throws IllegalStateException if {@link #messages()} was called before
     */
    @Override
    public synchronized ByteStream stream() {
        if (messages != null) {
            throw new IllegalStateException("the connection is used as a stream of messages already");
        }
        if (bytes == null) {
            var below = new MessageBytes(tunnel);
            bytes = tunnel.carriesAcknowledged() ? AcknowledgedStream.over(below, settings) : below;
        }
        return bytes;
    }

    /** Through the relay: the address that was reached. */
    @Override
    public Route route() {
        return report.route();
    }

    /**
     * What is known: the times, and the relay's round trip as the time that connecting to it took. Both peers count as having met when the
     * relay was asked for a peer that listens, or when it announced one that connects.
     */
    @Override
    public Report report() {
        return report;
    }

    /** Whether the peer carries half-closes, too, which relays do not see. */
    @Override
    public boolean carriesHalfClose() {
        return tunnel.carriesHalfClose() || verified();
    }

    /** Whether both ends said that they speak the acknowledged stream where the tunnel is used as {@link #stream()}. */
    @Override
    public boolean verified() {
        return tunnel.carriesAcknowledged();
    }

    @Override
    public boolean encryptedEndToEnd() {
        return true;
    }

    /** {@inheritDoc} The reason is told where the tunnel is used as a stream and both ends speak the acknowledged one. */
    @Override
    public void abort(AbortReason reason) {
        @Nullable ByteStream used;
        synchronized (this) {
            used = bytes;
        }
        if (used instanceof AcknowledgedStream acknowledged) {
            acknowledged.abort(reason);
        } else {
            abort();
        }
    }

    /** Ends the connection without ceremony. Never blocks. */
    public void abort() {
        @Nullable ByteStream used;
        synchronized (this) {
            used = bytes;
        }
        if (used != null) {
            used.abort();
        }
        tunnel.abort();
    }

    /** Waits until nothing is left of it. */
    void awaitOver() throws InterruptedException {
        tunnel.awaitOver();
    }

    /** {@inheritDoc} What was sent before is delivered in the background, as the class says. */
    @Override
    public void close() throws IOException {
        @Nullable ByteStream used;
        synchronized (this) {
            used = bytes;
        }
        if (used instanceof AcknowledgedStream acknowledged) {
            tunnel.endIsNear();
            acknowledged.close();
        } else {
            tunnel.close();
        }
    }

    @Override
    public String toString() {
        return "connection to " + peer + " through " + relay;
    }
}
