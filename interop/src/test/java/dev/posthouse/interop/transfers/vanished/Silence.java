package dev.posthouse.interop.transfers.vanished;

import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** How long it takes until ends that have lost each other know it. Made at the moment when a host vanishes. */
final class Silence {

    private final long began = System.nanoTime();
    private final Map<String, ChildProcess> ends = new TreeMap<>();
    private final Map<String, Double> seconds = new ConcurrentHashMap<>();

    /** Adds an end, which must run. */
    Silence of(String name, ChildProcess process) {
        ends.put(name, process);
        ProcessHandle.of(process.pid())
                .ifPresent(handle -> handle.onExit().thenRun(() -> seconds.put(name, seconds())));
        return this;
    }

    /** Since it began. */
    double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }

    /**
     * Waits until all ends have ended.
     *
     * @param limit counts from the beginning
     * @throws AssertionError if one has not by then, with what each has said last
     */
    void await(Duration limit) {
        try {
            Awaitility.await()
                    .atMost(limit.minusNanos(System.nanoTime() - began))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> seconds.size() == ends.size());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("not ended after " + limit.toSeconds() + " s: " + this, e);
        }
    }

    /** The last line of each end and when it came. */
    @Override
    public String toString() {
        var all = new StringBuilder();
        ends.forEach((name, process) -> {
            Double at = seconds.get(name);
            all.append(all.isEmpty() ? "" : "; ").append(name);
            all.append(
                    at == null
                            ? ": runs on"
                            : String.format(Locale.ROOT, ": %.1f s, exit code %d", at, process.awaitExit()));
            List<String> said = process.lines(Output.ERR);
            all.append(said.isEmpty() ? "" : ", " + said.getLast());
        });
        return all.toString();
    }
}
