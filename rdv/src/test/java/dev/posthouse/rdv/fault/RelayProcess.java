package dev.posthouse.rdv.fault;

import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.relay.Relay;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A relay in a process of its own, to be killed or starved of descriptors. Says its events by name, one a line. */
final class RelayProcess implements AutoCloseable {

    private final ChildProcess process;

    /** @param shell what is run before the relay, in the same shell: {@code ulimit -n 200} */
    RelayProcess(String shell) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        process = ChildProcess.of(List.of(
                        "sh",
                        "-c",
                        shell + "; exec \"$0\" \"$@\"",
                        java,
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RelayProcess.class.getName()))
                .inputOpen()
                .start();
        process.awaitLine(Output.OUT, line -> line.startsWith("listening"), "listening");
    }

    InetSocketAddress address() {
        String listening = lines("listening").getFirst();
        return RelayedPair.loopback(Integer.parseInt(listening.split(" ", -1)[1]));
    }

    /** Tells it something; see {@link #main}. */
    void tell(String command) throws IOException {
        process.input().write((command + "\n").getBytes(StandardCharsets.UTF_8));
        process.input().flush();
    }

    /** Lines that begin with this word. */
    List<String> lines(String word) {
        return process.lines(Output.OUT).stream()
                .filter(line -> line.equals(word) || line.startsWith(word + " "))
                .toList();
    }

    /** How many of these there are. */
    int count(String word) {
        return lines(word).size();
    }

    /** Its descriptors of one kind, as Linux names them. */
    long descriptors(String kind) throws IOException {
        long count = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/" + process.pid() + "/fd"))) {
            for (Path entry : entries) {
                count += isOfKind(entry, kind) ? 1 : 0;
            }
        }
        return count;
    }

    private static boolean isOfKind(Path descriptor, String kind) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString().equals(kind);
        } catch (NoSuchFileException e) {
            // Closed since it was listed.
            return false;
        }
    }

    Duration cpu() {
        return ProcessHandle.of(process.pid())
                .flatMap(handle -> handle.info().totalCpuDuration())
                .orElseThrow();
    }

    void kill() {
        process.kill();
    }

    @Override
    public void close() {
        process.kill();
        process.close();
    }

    /** The child. Commands: {@code hold} opens files until no descriptor is left, {@code free} closes them. */
    public static void main(String[] args) throws IOException {
        // A class that is first needed when no descriptor is left cannot be read from a folder of classes.
        requireWords(new RelayEvent.AcceptPaused("none left"));
        requireWords(new RelayEvent.AcceptResumed());
        Relay relay = Relay.builder()
                .dialect(RdvServer.withDefaults())
                .limits(Limits.builder()
                        .head(Duration.ofSeconds(60))
                        .waitingPerAddress(0)
                        .build())
                .events(RelayProcess::say)
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .start();
        var held = new ArrayList<FileInputStream>();
        try (relay;
                var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("hold")) {
                    hold(held);
                } else {
                    free(held);
                }
                System.out.println("done");
            }
        }
    }

    private static void hold(List<FileInputStream> held) {
        try {
            while (true) {
                held.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException e) {
            // All are in use now.
        }
    }

    private static void free(List<FileInputStream> held) throws IOException {
        for (FileInputStream one : held) {
            one.close();
        }
        held.clear();
    }

    private static void requireWords(RelayEvent event) {
        if (words(event).isEmpty()) {
            throw new IllegalStateException("no words for " + event);
        }
    }

    private static void say(RelayEvent event) {
        System.out.println(words(event));
    }

    private static String words(RelayEvent event) {
        return switch (event) {
            case RelayEvent.Listening listening ->
                "listening " + listening.address().getPort();
            case RelayEvent.AcceptPaused paused -> "paused " + paused.cause();
            case RelayEvent.AcceptResumed resumed -> "resumed";
            case RelayEvent.Refused refused -> "refused " + refused.reason().label();
            case RelayEvent.Fault fault ->
                "fault " + fault + " " + fault.cause().getCause();
            default -> "other";
        };
    }
}
