package dev.posthouse.interop.soak;

import dev.posthouse.interop.live.OffsetLegs;
import dev.posthouse.interop.live.RunningRelay;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.TickClock;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One run: the daemon starts, a short load warms it up, then load and drained samples alternate until the time is over, and it is
 * asked to end. One thread; a second one takes the samples under load.
 */
final class Soak {

    /** For what the daemon lets go of a moment after its peers have. */
    private static final Duration SETTLING = Duration.ofSeconds(90);

    private static final Duration WARM_UP = Duration.ofSeconds(5);

    /** Our clients draw new keys often, so that an hour has as many as a day of hours. */
    private static final ChannelSettings CLIENTS =
            new ChannelSettings(8, 32, 10, 255, ChannelSettings.DEFAULT.longestFrame());

    private final Plan plan;
    private final RunningRelay relay;
    private final Settings settings;
    private final Keyring keys;
    private final Load load;
    private final List<Sample> samples = new ArrayList<>();
    private long began;
    private long descriptorsAtStart = Long.MAX_VALUE;

    private Soak(Plan plan, RunningRelay relay, Settings settings, Keyring keys, TickClock ticks) {
        this.plan = plan;
        this.relay = relay;
        this.settings = settings;
        this.keys = keys;
        this.load = new Load(
                new Visit.Ground(relay, keys, new OffsetLegs(relay.key(), CLIENTS, ticks), settings), plan.seed());
    }

    /**
     * What came of it.
     *
     * @param start the drained sample before the load
     * @param drained those behind each part of it
     * @param busy those under load
     * @param failures visits that did not end as they should
     * @param visits that did, by kind
     * @param faults in the daemon's log
     * @param exit how the daemon ended when it was asked to
     */
    record Outcome(
            Sample start,
            List<Sample> drained,
            List<Sample> busy,
            List<String> failures,
            Map<String, Long> visits,
            List<String> faults,
            int exit) {

        static List<Double> figures(List<Sample> of, Function<Sample, Double> figure) {
            return of.stream().map(figure).toList();
        }
    }

    /** Runs it. What it measures is printed as it comes. */
    static Outcome run(Plan plan, Path directory) throws IOException, InterruptedException {
        TestCertificates.Issued certificate = TestCertificates.in(Files.createDirectory(directory.resolve("tls")))
                .issue("127.0.0.1");
        var settings = new Settings(directory);
        var keys = new Keyring(settings.keys());
        try (RunningRelay relay = RunningRelay.launch(directory, certificate, settings.options());
                TickClock ticks = TickClock.start(Duration.ofSeconds(1))) {
            return new Soak(plan, relay, settings, keys, ticks).run();
        }
    }

    private Outcome run() throws IOException, InterruptedException {
        say("soak with " + plan + ": " + plan.phase().toSeconds() + " s of load, then drained, again and again");
        load.each();
        load.run(WARM_UP);
        began = System.nanoTime();
        say(Sample.HEADER);
        Sample start = drained();
        descriptorsAtStart = start.descriptors();
        int parts = (int) Math.max(1, plan.time().dividedBy(plan.phase()));
        for (int part = 0; part < parts && load.failures().isEmpty(); part++) {
            keys.renew();
            settings.reload(relay);
            phase();
            drained();
        }
        List<String> faults = relay.events().all("fault").stream()
                .map(fault -> fault.toString())
                .toList();
        relay.process().terminate();
        int exit = relay.process().awaitExit();
        load.done().forEach((name, count) -> say(String.format(Locale.ROOT, "%8d  %s", count, name)));
        List<Sample> drained = samples.stream().filter(Sample::drained).toList();
        return new Outcome(
                start,
                drained.subList(1, drained.size()),
                samples.stream().filter(sample -> !sample.drained()).toList(),
                load.failures(),
                load.done(),
                faults,
                exit);
    }

    /** Load, and samples of it. */
    private void phase() throws InterruptedException, IOException {
        var loaded = new Phase();
        var looking = new FutureTask<>((Callable<Boolean>) () -> {
            while (loaded.pause(plan.look())) {
                add(Sample.busy(relay, seconds()));
            }
            return true;
        });
        Thread.ofPlatform().daemon().name("samples").start(looking);
        try {
            load.run(plan.phase());
        } finally {
            loaded.end();
        }
        try {
            looking.get();
        } catch (ExecutionException e) {
            throw new IOException("the daemon cannot be looked at", e);
        }
    }

    /** Waits until the daemon holds nothing any more, if it ever does, and takes a sample. */
    private Sample drained() throws IOException, InterruptedException {
        try {
            Awaitility.await()
                    .atMost(SETTLING)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> Sample.busy(relay, 0).isEmpty());
        } catch (ConditionTimeoutException e) {
            // The sample shows what is left, and fails for it.
        }
        Sample sample = Sample.drained(relay, seconds(), descriptorsAtStart);
        add(sample);
        return sample;
    }

    private long seconds() {
        return (System.nanoTime() - began) / 1_000_000_000;
    }

    private synchronized void add(Sample sample) {
        samples.add(sample);
        say(sample.toString());
    }

    /** A line for whoever watches; the test runner passes it on. */
    @SuppressWarnings("SystemOut")
    static void say(String line) {
        System.out.println(line);
    }
}
