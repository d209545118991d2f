package dev.posthouse.cli.chime;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.daemon.configuration.ListenAddress;
import dev.posthouse.relay.accept.Claim;
import dev.posthouse.relay.accept.Detector;
import dev.posthouse.relay.accept.Dialect;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.accept.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * Chime, for the relay.
 *
 * @param tower who the relay is
 * @param access who may come, by key and address
 * @param udp where it can be rung, too: no connection is detected there
 */
record ChimeDialect(
        Ed25519KeyPair tower, BiPredicate<Ed25519PublicKey, InetAddress> access, Optional<ListenAddress> udp)
        implements Dialect, Detector {

    static final String NAME = "chime";
    static final String HELLO = "CHIME HELLO ";

    @Override
    public String name() {
        return NAME;
    }

    /** HTTP claims a word and a blank behind it: this is more. */
    @Override
    public Claim claim(ByteBuffer first) {
        byte[] hello = HELLO.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < hello.length; i++) {
            if (!first.hasRemaining()) {
                return Claim.needMore(hello.length);
            }
            if (first.get() != hello[i]) {
                return Claim.NO;
            }
        }
        return Claim.yes(hello.length);
    }

    @Override
    public List<byte[]> samples() {
        return List.of(HELLO.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public Service open(RelayServices services) throws IOException {
        return new ChimeService(this, services);
    }
}
