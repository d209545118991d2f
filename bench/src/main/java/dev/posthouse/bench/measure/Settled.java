package dev.posthouse.bench.measure;

import dev.posthouse.bench.process.MemoryUse;
import dev.posthouse.bench.process.RelayProcess;
import java.io.IOException;
import java.time.Duration;

/** A relay that has nothing left to do: where the protocol acknowledges nothing, this tells that it has taken in a load. */
final class Settled {
    private static final Duration LOOK = Duration.ofMillis(200);

    /** Of processor time in one look: one step of the kernel's count is a timer and no work. */
    private static final double IDLE_SECONDS = 0.015;

    /** A relay that is never idle is measured all the same. */
    private static final int MOST_LOOKS = 25;

    /** The first finds what died young, the later ones what that kept alive, and they shrink the heap step by step. */
    private static final int COLLECTIONS = 4;

    private Settled() {}

    static void awaitIdle(RelayProcess process) throws IOException {
        double before = process.cpuSeconds();
        for (int look = 0; look < MOST_LOOKS; look++) {
            Pause.of(LOOK);
            double now = process.cpuSeconds();
            if (now - before < IDLE_SECONDS) {
                return;
            }
            before = now;
        }
    }

    /** Its memory once it is idle and, if it is a JVM, has collected its garbage. */
    static MemoryUse memory(RelayProcess process) throws IOException {
        awaitIdle(process);
        for (int i = 0; i < COLLECTIONS; i++) {
            process.collectGarbage();
        }
        awaitIdle(process);
        return process.memory();
    }
}
