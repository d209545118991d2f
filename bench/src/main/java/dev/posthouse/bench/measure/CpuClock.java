package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.RunningRelay;
import dev.posthouse.bench.process.RelayProcess;
import java.io.IOException;
import java.util.Optional;

/** What a relay has used of the processors since this was made. */
final class CpuClock {
    private final Optional<RelayProcess> process;
    private final double begin;

    CpuClock(RunningRelay<?> relay) throws IOException {
        process = relay.process();
        begin = now();
    }

    /** User and system time in seconds; 0 if there is no relay. */
    double seconds() throws IOException {
        return now() - begin;
    }

    private double now() throws IOException {
        return process.isPresent() ? process.get().cpuSeconds() : 0;
    }
}
