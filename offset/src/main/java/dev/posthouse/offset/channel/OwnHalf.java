package dev.posthouse.offset.channel;

import dev.posthouse.crypto.RecordCipher;
import dev.posthouse.crypto.X25519KeyPair;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.offset.wire.ChannelMessage.Content;
import dev.posthouse.offset.wire.Octets;

/** An ephemeral key and a salt, drawn for one rekey. */
record OwnHalf(X25519KeyPair key, Octets salt) implements Rekeying.Half<RecordCipher> {

    static OwnHalf draw(Randomness randomness) {
        return new OwnHalf(randomness.agreementKey(), Octets.of(randomness.salt()));
    }

    @Override
    public Content.Rekey message() {
        return new Content.Rekey(Octets.of(key.publicKey()), salt);
    }

    @Override
    public KeyPair<RecordCipher> with(Content.Rekey theirs) throws AuthenticationFailed {
        return KeyPair.derive(key, salt, theirs.dhPublicKey(), theirs.keySalt());
    }
}
