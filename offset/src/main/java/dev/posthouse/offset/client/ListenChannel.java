package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.offset.wire.IncomingConnection;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.Octets;
import dev.posthouse.offset.wire.RejectConnection;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A listen channel at one relay, from its opening to its end (spec 8.2): tells the intake who asks for us. */
final class ListenChannel {

    private static final System.Logger LOG = System.getLogger(ListenChannel.class.getName());

    private final Legs.Leg leg;
    private final Admission admission;
    private final Intake intake;

    private ListenChannel(Legs.Leg leg, Admission admission, Intake intake) {
        this.leg = leg;
        this.admission = admission;
        this.intake = intake;
    }

    /** Opens one. Whether the relay takes it shows later, when it ends or does not. */
    static ListenChannel open(Legs legs, RelayAddress relay, Admission admission, Intake intake, Progress progress)
            throws IOException {
        return new ListenChannel(legs.reach(relay, new InitConnection.Listen(), progress), admission, intake);
    }

    /**
     * Takes requests until the channel ends.
     *
     * @throws IOException always: why it ended
     */
    void run() throws IOException {
        try {
            while (true) {
                Optional<ByteBuffer> message = leg.channel().receive();
                if (message.isEmpty()) {
                    throw new EOFException("the relay at " + leg.relay().hostAndPort()
                            + " closed the listen channel: it goes down, does not want us, or another listens with our"
                            + " identity");
                }
                asked(Ed25519PublicKey.of(
                        IncomingConnection.decode(message.get()).publicKey().bytes()));
            }
        } catch (IOException | RuntimeException e) {
            leg.abort();
            throw e;
        }
    }

    private void asked(Ed25519PublicKey from) {
        if (!admission.admits(leg.relay(), from)
                || !intake.offer(new Intake.Request(leg.relay(), from, System.nanoTime(), () -> reject(from)))) {
            reject(from);
        }
    }

    private void reject(Ed25519PublicKey from) {
        try {
            leg.channel().send(new RejectConnection(Octets.of(from.bytes())).encode());
        } catch (IOException e) {
            // The relay forgets those who wait with the listen channel.
            LOG.log(System.Logger.Level.DEBUG, () -> "not rejected: " + from, e);
        }
    }

    /** Ends it in order; {@link #run} returns within two seconds. Does not block. */
    void close() {
        try {
            leg.channel().close();
        } catch (IOException e) {
            leg.abort();
        }
    }

    void abort() {
        leg.abort();
    }
}
