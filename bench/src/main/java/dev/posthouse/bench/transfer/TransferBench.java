package dev.posthouse.bench.transfer;

import dev.posthouse.bench.process.ChildProcesses;
import dev.posthouse.bench.process.Machine;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * {@code dial} and {@code accept}, connected directly over loopback, with the acknowledged stream and with bare bytes: user and system
 * time of both processes for each GiB. In every round each carries a small and a large transfer, and the difference counts, so that
 * starting and compiling fall out. The rounds alternate which goes first.
 */
public final class TransferBench {

    /** What is spoken between the two commands. */
    private enum Spoken {
        ACKNOWLEDGED,
        BARE;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private record Cpu(double user, double system) {
        double sum() {
            return user + system;
        }
    }

    private record Cost(Cpu dial, Cpu accept) {
        double sum() {
            return dial.sum() + accept.sum();
        }

        /** For each GiB of the difference. */
        Cost slope(Cost larger, int gib) {
            return new Cost(slope(dial, larger.dial, gib), slope(accept, larger.accept, gib));
        }

        private static Cpu slope(Cpu less, Cpu more, int gib) {
            return new Cpu((more.user - less.user) / gib, (more.system - less.system) / gib);
        }
    }

    /** Far above what a busy machine takes for the larger transfer. */
    private static final int LIMIT_MINUTES = 5;

    private final TransferOptions options;
    private final Map<Spoken, InetSocketAddress> servers;
    private int transfers;

    private TransferBench(TransferOptions options, Map<Spoken, InetSocketAddress> servers) {
        this.options = options;
        this.servers = servers;
    }

    /**
     * Measures and prints every round, then medians. Returns the exit status: 0, or 2 for a wrong argument, which is said.
     *
     * @param arguments see {@code bench/run --help}
     * @throws IOException if a transfer fails; it says what the command has said
     */
    public static int run(List<String> arguments) throws IOException, InterruptedException {
        TransferOptions options;
        try {
            options = TransferOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("bench/run transfer: " + e.getMessage());
            return 2;
        }
        try (var children = new ChildProcesses(options.work())) {
            Runtime.getRuntime().addShutdownHook(new Thread(children::close));
            InetSocketAddress listen = freeAddress();
            children.start(
                    "serve",
                    List.of(options.posthouse().toString(), "serve", "--listen", "127.0.0.1:" + listen.getPort()),
                    listen);
            try (var stock = new StockRelay(listen)) {
                new TransferBench(options, Map.of(Spoken.ACKNOWLEDGED, listen, Spoken.BARE, stock.address())).measure();
            }
        }
        return 0;
    }

    private static InetSocketAddress freeAddress() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(probe.getInetAddress(), probe.getLocalPort());
        }
    }

    private void measure() throws IOException, InterruptedException {
        System.out.println(Machine.description() + "; both commands on the same cores, no relay between them");
        System.out.printf(
                Locale.ROOT,
                "%d rounds, alternating; slope from %d to %d GiB out of a pipe, into /dev/null%n",
                options.rounds(),
                options.small(),
                options.large());
        var sums = new EnumMap<Spoken, List<Double>>(Spoken.class);
        for (int round = 1; round <= options.rounds(); round++) {
            var order = new ArrayList<>(List.of(Spoken.values()));
            Collections.rotate(order, round);
            for (Spoken spoken : order) {
                Cost cost = transfer(spoken, options.small())
                        .slope(transfer(spoken, options.large()), options.large() - options.small());
                sums.computeIfAbsent(spoken, any -> new ArrayList<>()).add(cost.sum());
                System.out.printf(
                        Locale.ROOT,
                        "round %d  %-12s  CPU s/GiB %.3f  dial: user %.3f system %.3f  accept: user %.3f system %.3f%n",
                        round,
                        spoken.label(),
                        cost.sum(),
                        cost.dial.user,
                        cost.dial.system,
                        cost.accept.user,
                        cost.accept.system);
            }
        }
        double acknowledged = summary(Spoken.ACKNOWLEDGED, sums);
        double bare = summary(Spoken.BARE, sums);
        System.out.printf(Locale.ROOT, "the acknowledged stream costs %+.1f %%%n", (acknowledged / bare - 1) * 100);
    }

    private static double summary(Spoken spoken, Map<Spoken, List<Double>> sums) {
        List<Double> sorted =
                sums.getOrDefault(spoken, List.of()).stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        System.out.printf(
                Locale.ROOT,
                "%-12s  CPU s/GiB, median (min–max): %.3f (%.3f–%.3f)%n",
                spoken.label(),
                median,
                sorted.getFirst(),
                sorted.getLast());
        return median;
    }

    private Cost transfer(Spoken spoken, int gib) throws IOException, InterruptedException {
        String name = spoken.label() + "-" + ++transfers;
        String url = "http://127.0.0.1:"
                + Objects.requireNonNull(servers.get(spoken)).getPort();
        Path acceptLog = options.work().resolve(name + "-accept.log");
        Path dialLog = options.work().resolve(name + "-dial.log");
        Process accept = timed("", "accept", url, name, acceptLog);
        Process dial = timed("head -c " + ((long) gib << 30) + " /dev/zero | ", "dial", url, name, dialLog);
        try {
            return new Cost(cpu(dial, dialLog, spoken), cpu(accept, acceptLog, spoken));
        } finally {
            for (Process process : List.of(accept, dial)) {
                process.descendants().forEach(ProcessHandle::destroy);
                process.destroy();
            }
        }
    }

    /** The shell knows what a process has used after its end; what it prints is the last line of the log. */
    private Process timed(String input, String command, String url, String token, Path log) throws IOException {
        String line = "set -o pipefail; TIMEFORMAT='CPU %U %S'; " + input + "{ time \"$0\" \"$@\"; }";
        var builder = new ProcessBuilder(
                        "bash", "-c", line, options.posthouse().toString(), command, "--space", "all", url, token)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(new File("/dev/null"))
                .redirectError(log.toFile());
        builder.environment().put("LC_ALL", "C");
        return builder.start();
    }

    private static Cpu cpu(Process process, Path log, Spoken spoken) throws IOException, InterruptedException {
        boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
        List<String> lines = Files.readAllLines(log);
        String all = String.join(" | ", lines);
        if (!ended || process.exitValue() != 0) {
            throw new IOException("a transfer failed, or took over " + LIMIT_MINUTES + " minutes: " + all);
        }
        if (!all.contains("directly") || all.contains("cannot confirm") != (spoken == Spoken.BARE)) {
            throw new IOException("a transfer did not run as it should, directly and " + spoken.label() + ": " + all);
        }
        String[] words = lines.getLast().split(" ", -1);
        return new Cpu(Double.parseDouble(words[1]), Double.parseDouble(words[2]));
    }
}
