package dev.posthouse.interop.soak;

import dev.posthouse.crypto.Ed25519KeyPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The identities that the relay lets in. Each is lent to one visit at a time, since the newest listener and the newest connector of
 * a key win. Thread-safe.
 */
final class Keyring {

    /** More than visits that need one at a time. */
    private static final int KEYS = 600;

    private final Path file;
    private volatile BlockingQueue<Ed25519KeyPair> free = new LinkedBlockingQueue<>();

    /** @param file of keys, which the relay reads when it starts or reloads */
    Keyring(Path file) {
        this.file = file;
        renew();
    }

    /** Draws new ones, and forgets the old ones: nobody may have one now. The relay knows them when it has reloaded. */
    void renew() {
        var fresh = new LinkedBlockingQueue<Ed25519KeyPair>();
        var text = new StringBuilder("# who may come in this phase\n");
        for (int i = 0; i < KEYS; i++) {
            Ed25519KeyPair one = Ed25519KeyPair.generate();
            fresh.add(one);
            text.append(one.publicKey()).append('\n');
        }
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        free = fresh;
    }

    Ed25519KeyPair take() throws InterruptedException {
        return free.take();
    }

    void give(Ed25519KeyPair back) {
        free.add(back);
    }
}
