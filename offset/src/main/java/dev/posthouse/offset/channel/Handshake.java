package dev.posthouse.offset.channel;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.crypto.RecordCipher;
import dev.posthouse.crypto.X25519KeyPair;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.MessageStream;
import dev.posthouse.offset.wire.ExchangeDh;
import dev.posthouse.offset.wire.ExchangeRandNonce;
import dev.posthouse.offset.wire.Octets;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The symmetric handshake, two messages each way (spec 4.2): each side proves its identity by signing what the other has
 * drawn.
 *
 * <p>Unlike the original, neither our own nonce nor our own ephemeral key is taken from a peer, who could otherwise reflect
 * what we send (spec 13.2). Our own identity is: a relay's client may have the relay's, and a key may call itself.
 */
final class Handshake {

    private final MessageStream below;
    private final Ed25519KeyPair own;
    private final Optional<Ed25519PublicKey> expected;
    private final Randomness randomness;
    private final int extensions;

    /**
     * @param expected whom we want to talk to; empty for anybody
     * @param extensions what the peer is told that we can do, bits of {@link ExchangeRandNonce}
     */
    Handshake(
            MessageStream below,
            Ed25519KeyPair own,
            Optional<Ed25519PublicKey> expected,
            Randomness randomness,
            int extensions) {
        this.below = below;
        this.own = own;
        this.expected = expected;
        this.randomness = randomness;
        this.extensions = extensions;
    }

    /**
     * What both sides know in the end.
     *
     * @param extensions what the peer says that it can do; not signed, so that whoever carries the handshake can change it
     */
    record Agreed(Ed25519PublicKey peer, KeyPair<RecordCipher> keys, int extensions) {}

    /**
     * Runs it.
     *
     * @throws AuthenticationFailed if the peer is not who it should be or does not prove it
     * @throws IOException if the peer broke the protocol, or the connection broke
     */
    Agreed run() throws IOException {
        byte[] ownNonce = randomness.nonce();
        below.send(new ExchangeRandNonce(
                        Octets.of(ownNonce),
                        Octets.of(own.publicKey().bytes()),
                        expected.map(key -> Octets.of(key.bytes())),
                        extensions)
                .encode());
        ExchangeRandNonce hello = ExchangeRandNonce.decode(next("before it said who it is"));
        Ed25519PublicKey peer = Ed25519PublicKey.of(hello.srcPublicKey().bytes());
        if (expected.isPresent() && !expected.get().equals(peer)) {
            throw new AuthenticationFailed("the peer is " + peer + ", not " + expected.get());
        }
        if (hello.randNonce().equals(Octets.of(ownNonce))) {
            throw new AuthenticationFailed("the peer reflects our own nonce");
        }
        X25519KeyPair ephemeral = randomness.agreementKey();
        Octets dhPublicKey = Octets.of(ephemeral.publicKey());
        Octets salt = Octets.of(randomness.salt());
        byte[] signed = ExchangeDh.signedBytes(dhPublicKey, hello.randNonce(), salt);
        below.send(new ExchangeDh(dhPublicKey, hello.randNonce(), salt, Octets.of(own.sign(signed))).encode());
        ExchangeDh theirs = ExchangeDh.decode(next("before it proved who it is"));
        if (!theirs.randNonce().equals(Octets.of(ownNonce))) {
            throw new AuthenticationFailed("the peer has signed another nonce than ours");
        }
        if (theirs.dhPublicKey().equals(dhPublicKey)) {
            throw new AuthenticationFailed("the peer reflects our own key");
        }
        if (!peer.verify(theirs.signedBytes(), theirs.signature().bytes())) {
            throw new AuthenticationFailed("the peer's signature is not that of " + peer);
        }
        return new Agreed(
                peer, KeyPair.derive(ephemeral, salt, theirs.dhPublicKey(), theirs.keySalt()), hello.extensions());
    }

    private ByteBuffer next(String until) throws IOException {
        return below.receive().orElseThrow(() -> new EOFException("the peer closed " + until));
    }
}
