package dev.posthouse.relay.limit;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A place in a count, held until it is closed; closing it again does nothing. Any thread may. */
public final class Permit implements AutoCloseable {

    /** A permit that counts nowhere. */
    public static Permit uncounted() {
        return new Permit(() -> {});
    }

    private final AtomicReference<@Nullable Runnable> giveBack;

    public Permit(Runnable giveBack) {
        this.giveBack = new AtomicReference<>(giveBack);
    }

    @Override
    public void close() {
        Runnable once = giveBack.getAndSet(null);
        if (once != null) {
            once.run();
        }
    }
}
