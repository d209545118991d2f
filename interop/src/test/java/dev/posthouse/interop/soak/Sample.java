package dev.posthouse.interop.soak;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.posthouse.interop.live.RunningRelay;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * What the daemon held at one moment.
 *
 * @param seconds since the load began
 * @param drained whether nobody was there any more; else the load was running
 * @param circuits relayed so far
 * @param bytes relayed so far
 * @param running circuits
 * @param waiting peers
 * @param connections of peers
 * @param held bytes of the budget in use
 * @param residentMib of the process, as it was found
 * @param collectedMib the same after garbage was collected; 0 under load, where that is not done
 * @param heapMib what lives in the heap; 0 under load
 */
record Sample(
        long seconds,
        boolean drained,
        long circuits,
        long bytes,
        long running,
        long waiting,
        long connections,
        long held,
        double residentMib,
        double collectedMib,
        double heapMib,
        long descriptors,
        long threads) {

    private static final Duration SETTLING = Duration.ofSeconds(30);

    static final String HEADER =
            "|    s |         | circuits |      MB | running | waiting | connections |  held KiB | RSS MiB"
                    + " | collected | heap MiB | descriptors | threads |\n"
                    + "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |";

    /** While the load runs. */
    static Sample busy(RunningRelay relay, long seconds) throws IOException, InterruptedException {
        return of(relay, seconds, false, 0, mib(relay.residentKib()), 0);
    }

    /**
     * When nobody is there; has the daemon collect its garbage.
     *
     * @param descriptors as many as there should be: what came in to ask may take a moment to go
     */
    static Sample drained(RunningRelay relay, long seconds, long descriptors) throws IOException, InterruptedException {
        double found = mib(relay.residentKib());
        double heap = mib(new JavaHeap(relay.process().pid()).collected());
        try {
            Awaitility.await()
                    .atMost(SETTLING)
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> relay.descriptors() <= descriptors);
        } catch (ConditionTimeoutException e) {
            // The sample has how many are left.
        }
        return of(relay, seconds, true, heap, found, mib(relay.residentKib()));
    }

    private static Sample of(
            RunningRelay relay, long seconds, boolean drained, double heap, double resident, double collected)
            throws IOException, InterruptedException {
        // Before asking for the status, which takes a descriptor itself.
        long descriptors = relay.descriptors();
        long threads = relay.threads();
        JsonObject status = relay.status();
        return new Sample(
                seconds,
                drained,
                status.getAsJsonObject("routes").get("relayed").getAsLong(),
                status.getAsJsonObject("bytes").asMap().values().stream()
                        .mapToLong(JsonElement::getAsLong)
                        .sum(),
                status.get("circuitsRunning").getAsLong(),
                status.get("peersWaiting").getAsLong(),
                status.get("connections").getAsLong(),
                status.getAsJsonObject("memory").get("held").getAsLong(),
                resident,
                collected,
                heap,
                descriptors,
                threads);
    }

    /** Whether it holds nothing for anybody. */
    boolean isEmpty() {
        return running == 0 && waiting == 0 && connections == 0 && held == 0;
    }

    /** A row under {@link #HEADER}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "| %4d | %s | %8d | %7.1f | %7d | %7d | %11d | %9.1f | %7.1f | %9s | %8s | %11d | %7d |",
                seconds,
                drained ? "drained" : "load   ",
                circuits,
                bytes / 1e6,
                running,
                waiting,
                connections,
                held / 1024.0,
                residentMib,
                drained ? shown(collectedMib) : "",
                drained ? shown(heapMib) : "",
                descriptors,
                threads);
    }

    private static double mib(long kib) {
        return kib / 1024.0;
    }

    private static String shown(double mib) {
        return String.format(Locale.ROOT, "%.1f", mib);
    }
}
