package dev.posthouse.bench;

import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.contestant.Contestants;
import dev.posthouse.bench.contestant.Pair;
import dev.posthouse.bench.measure.BulkExchange;
import dev.posthouse.bench.measure.Latency;
import dev.posthouse.bench.measure.Measure;
import dev.posthouse.bench.measure.Memory;
import dev.posthouse.bench.measure.SetUp;
import dev.posthouse.bench.measure.StartUp;
import dev.posthouse.bench.measure.Throughput;
import dev.posthouse.bench.process.ChildProcesses;
import java.util.List;
import java.util.Optional;

/** Relays of bytes: rdv servers and TCP forwarders. */
final class RelaySuite implements Suite<Pair> {
    private static final int WARM_UPS = 6_000;

    @Override
    public String name() {
        return "relay";
    }

    @Override
    public List<String> contestants() {
        return Contestants.names();
    }

    @Override
    public List<String> measures() {
        return List.of("throughput", "latency", "setup", "memory", "start");
    }

    @Override
    public Scale scale(boolean quick) {
        return quick ? new Scale(1, 1, 3, 1_000, 4_000) : new Scale(3, 5, 5, 2_000, 9_000);
    }

    @Override
    public List<Contestant<Pair>> available(Options options, long descriptors, ChildProcesses children) {
        return new Contestants(options.programs(), options.workingDirectory(), descriptors, children).available();
    }

    @Override
    public List<Measure<Pair>> measures(Options options, long descriptors) {
        return List.of(
                new Throughput<>(
                        options.window(), 64, "pair", "haproxy, which only splices when a connection is 5 s old: 6 s"),
                new Latency(options.shortWindow()),
                new SetUp<>(options.shortWindow()),
                new Memory<>(
                        new Memory.Numbers(options.pairsLow(), options.pairsHigh(), WARM_UPS),
                        descriptors,
                        Optional.of(BulkExchange::bothWays)),
                new StartUp<>(options.starts()));
    }
}
