package dev.posthouse.net.punch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Measures hole punching in the NAT laboratory (root needed): {@code PunchMatrix NATLAB ROUNDS CELL...}, where a cell is a
 * topology, then link conditions of nodes, all separated by commas:
 * {@code port-restricted+reset/port-restricted+reset,ra:delay=10ms,rb:delay=30ms}. A condition {@code skew:30} has the
 * rendezvous answer the acceptor 30 ms late, and {@code relay6:} has the peers meet over IPv6. Prints for each cell how
 * often the connection was direct and the time from the rendezvous to the choice; with {@code -v} first, each round.
 */
final class PunchMatrix {

    private static final int PORT = 3478;
    private static final int SECONDS_FOR_EACH_ROUND = 5;

    private PunchMatrix() {}

    public static void main(String[] args) throws Exception {
        boolean verbose = args[0].equals("-v");
        List<String> rest = List.of(args).subList(verbose ? 1 : 0, args.length);
        for (String cell : rest.subList(2, rest.size())) {
            measure(rest.get(0), Integer.parseInt(rest.get(1)), cell, verbose);
        }
    }

    private static void measure(String natlab, int rounds, String cell, boolean verbose) throws Exception {
        String lab = "punch" + ProcessHandle.current().pid();
        String[] parts = cell.split(",");
        String relay = "203.0.113.2:" + PORT;
        String skew = "0";
        Path logs = Files.createTempDirectory("punch-matrix");
        List<Process> processes = new ArrayList<>();
        natlab(natlab, lab, "up", parts[0]);
        try {
            for (String condition : List.of(parts).subList(1, parts.length)) {
                String[] nodeAndValue = condition.split(":", 2);
                switch (nodeAndValue[0]) {
                    case "skew" -> skew = nodeAndValue[1];
                    case "relay6" -> relay = "[2001:db8::2]:" + PORT;
                    default -> natlab(natlab, lab, "set", nodeAndValue[0], nodeAndValue[1]);
                }
            }
            processes.add(probe(natlab, lab, "relay", logs.resolve("relay"), "relay", "" + PORT, skew));
            // Until the relay listens: the peers have no second try at it.
            TimeUnit.MILLISECONDS.sleep(1500);
            for (String role : List.of("dialer", "acceptor")) {
                processes.add(probe(
                        natlab,
                        lab,
                        role.equals("dialer") ? "a" : "b",
                        logs.resolve(role),
                        "peer",
                        role,
                        "" + rounds,
                        "" + SECONDS_FOR_EACH_ROUND,
                        relay));
            }
            for (Process peer : processes.subList(1, 3)) {
                if (!peer.waitFor(rounds * (SECONDS_FOR_EACH_ROUND + 5L), TimeUnit.SECONDS)) {
                    System.out.println("a peer did not finish: " + cell);
                }
            }
            report(cell, rounds, logs, verbose);
        } finally {
            processes.forEach(Process::destroyForcibly);
            natlab(natlab, lab, "down");
        }
    }

    private static void report(String cell, int rounds, Path logs, boolean verbose) throws IOException {
        var line = new StringBuilder(cell);
        for (String role : List.of("dialer", "acceptor")) {
            List<String> lines = Files.readAllLines(logs.resolve(role));
            if (verbose || lines.size() != rounds) {
                lines.forEach(System.out::println);
            }
            int[] times = lines.stream()
                    .map(text -> text.split(" "))
                    .filter(words -> words.length > 3 && words[2].equals("direct"))
                    .mapToInt(words -> Integer.parseInt(words[3]))
                    .toArray();
            int[] sorted = IntStream.of(times).sorted().toArray();
            line.append("  %s %d/%d".formatted(role, sorted.length, rounds));
            if (sorted.length > 0) {
                line.append(" first %d, min %d, median %d, max %d ms"
                        .formatted(times[0], sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]));
            }
        }
        System.out.println(line);
    }

    private static Process probe(String natlab, String lab, String host, Path log, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                natlab,
                "--lab",
                lab,
                "exec",
                host,
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                PunchProbe.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private static void natlab(String natlab, String lab, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(natlab, "--lab", lab));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }
}
