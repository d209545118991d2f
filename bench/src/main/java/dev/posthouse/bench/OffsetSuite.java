package dev.posthouse.bench;

import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.contestant.OffsetContestants;
import dev.posthouse.bench.contestant.Tunnel;
import dev.posthouse.bench.measure.Fairness;
import dev.posthouse.bench.measure.Measure;
import dev.posthouse.bench.measure.Memory;
import dev.posthouse.bench.measure.Newcomers;
import dev.posthouse.bench.measure.SetUp;
import dev.posthouse.bench.measure.Throughput;
import dev.posthouse.bench.process.ChildProcesses;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Offset relays, which decrypt each message and encrypt it again. */
final class OffsetSuite implements Suite<Tunnel> {
    /** A set-up is two handshakes, which take the load as long as the relay. */
    private static final int WARM_UPS = 800;

    @Override
    public String name() {
        return "offset";
    }

    @Override
    public List<String> contestants() {
        return OffsetContestants.names();
    }

    @Override
    public List<String> measures() {
        return List.of("throughput", "setup", "memory", "fairness", "newcomers");
    }

    /** Whoever waits for an answer is forgotten after 32 s, so the higher number has to be there, and weighed, by then. */
    @Override
    public Scale scale(boolean quick) {
        return quick ? new Scale(1, 1, 0, 200, 800) : new Scale(3, 3, 0, 300, 1_500);
    }

    @Override
    public List<Contestant<Tunnel>> available(Options options, long descriptors, ChildProcesses children)
            throws IOException {
        return new OffsetContestants(options.programs(), options.workingDirectory(), children).available();
    }

    @Override
    public List<Measure<Tunnel>> measures(Options options, long descriptors) {
        return List.of(
                new Throughput<>(
                        options.window(),
                        16,
                        "tunnel",
                        "messages of 32 KiB; the load packs and encrypts, too, on the same cores"),
                new SetUp<>(options.shortWindow()),
                new Memory<>(
                        new Memory.Numbers(options.pairsLow(), options.pairsHigh(), WARM_UPS),
                        descriptors,
                        Optional.empty()),
                new Fairness<>(options.shortWindow()),
                new Newcomers<>(options.shortWindow()));
    }
}
