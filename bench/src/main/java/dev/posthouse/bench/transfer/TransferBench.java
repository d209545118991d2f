package dev.posthouse.bench.transfer;

import dev.posthouse.bench.process.ChildProcesses;
import dev.posthouse.bench.process.Machine;
import java.io.IOException;
import java.io.RandomAccessFile;
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
 * {@code dial} and {@code accept}, connected directly over loopback, with the acknowledged stream and with bare bytes, out of a file and
 * out of a pipe: user and system time of both processes for each GiB. In every round each carries a small and a large transfer, and the difference counts, so that
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

    /** Where the bytes come from: a file gives as much as is asked for, a pipe 64 KiB at most. */
    private enum Input {
        FILE,
        PIPE;

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

    private static final Path NOTHING = Path.of("/dev/null");

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
                "%d rounds, alternating; slope from %d to %d GiB into /dev/null%n",
                options.rounds(),
                options.small(),
                options.large());
        var sums = new EnumMap<Input, Map<Spoken, List<Double>>>(Input.class);
        for (int round = 1; round <= options.rounds(); round++) {
            for (Input input : Input.values()) {
                round(round, input, sums.computeIfAbsent(input, any -> new EnumMap<>(Spoken.class)));
            }
        }
        for (Input input : Input.values()) {
            Map<Spoken, List<Double>> costs = sums.getOrDefault(input, Map.of());
            double acknowledged = summary(input, Spoken.ACKNOWLEDGED, costs);
            double bare = summary(input, Spoken.BARE, costs);
            System.out.printf(
                    Locale.ROOT,
                    "out of a %s the acknowledged stream costs %+.1f %%%n",
                    input.label(),
                    (acknowledged / bare - 1) * 100);
        }
    }

    private void round(int round, Input input, Map<Spoken, List<Double>> sums)
            throws IOException, InterruptedException {
        var order = new ArrayList<>(List.of(Spoken.values()));
        Collections.rotate(order, round);
        for (Spoken spoken : order) {
            Cost cost = transfer(spoken, input, options.small())
                    .slope(transfer(spoken, input, options.large()), options.large() - options.small());
            sums.computeIfAbsent(spoken, any -> new ArrayList<>()).add(cost.sum());
            System.out.printf(
                    Locale.ROOT,
                    "round %d  %s  %-12s  CPU s/GiB %.3f  dial: user %.3f system %.3f  accept: user %.3f system %.3f%n",
                    round,
                    input.label(),
                    spoken.label(),
                    cost.sum(),
                    cost.dial.user,
                    cost.dial.system,
                    cost.accept.user,
                    cost.accept.system);
        }
    }

    /** All holes, so that it takes no room on the disk, and read once, so that it is in memory. */
    private Path file(int gib) throws IOException {
        Path path = options.work().resolve(gib + "-GiB");
        if (!Files.exists(path)) {
            path.toFile().deleteOnExit();
            try (var file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength((long) gib << 30);
                byte[] piece = new byte[1 << 20];
                while (file.read(piece) >= 0) {
                    // into the system's cache
                }
            }
        }
        return path;
    }

    private static double summary(Input input, Spoken spoken, Map<Spoken, List<Double>> sums) {
        List<Double> sorted =
                sums.getOrDefault(spoken, List.of()).stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        System.out.printf(
                Locale.ROOT,
                "%s  %-12s  CPU s/GiB, median (min–max): %.3f (%.3f–%.3f)%n",
                input.label(),
                spoken.label(),
                median,
                sorted.getFirst(),
                sorted.getLast());
        return median;
    }

    private Cost transfer(Spoken spoken, Input input, int gib) throws IOException, InterruptedException {
        String name = input.label() + "-" + spoken.label() + "-" + ++transfers;
        String url = "http://127.0.0.1:"
                + Objects.requireNonNull(servers.get(spoken)).getPort();
        Path acceptLog = options.work().resolve(name + "-accept.log");
        Path dialLog = options.work().resolve(name + "-dial.log");
        String from = input == Input.PIPE ? "head -c " + ((long) gib << 30) + " /dev/zero | " : "";
        Process accept = timed("", NOTHING, "accept", url, name, acceptLog);
        Process dial = timed(from, input == Input.PIPE ? NOTHING : file(gib), "dial", url, name, dialLog);
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
    private Process timed(String from, Path input, String command, String url, String token, Path log)
            throws IOException {
        String line = "set -o pipefail; TIMEFORMAT='CPU %U %S'; " + from + "{ time \"$0\" \"$@\"; }";
        var builder = new ProcessBuilder(
                        "bash", "-c", line, options.posthouse().toString(), command, "--space", "all", url, token)
                .redirectInput(input.toFile())
                .redirectOutput(NOTHING.toFile())
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
