package dev.posthouse.interop.transfers.vanished;

import dev.posthouse.interop.nat.lab.NatLab;
import dev.posthouse.interop.process.Programs;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * The hosts {@code a}, {@code b} and {@code c}, each in a network namespace of its own, a relay in one more, and a router
 * between them that can swallow everything of one host. Closing it ends all that runs there. One thread.
 */
final class Hosts implements AutoCloseable {

    /** The laboratory's names begin with it, so that whoever started the tests can clear up behind them. */
    private static final String PREFIX = Objects.requireNonNullElse(
            System.getenv("VANISHED_LAB"), "v" + ProcessHandle.current().pid());

    private static final Path NATLAB =
            Path.of("..", "testkit", "natlab", "natlab").toAbsolutePath().normalize();

    /** Each host with a public address of its own: how peers get through NATs is proved elsewhere. */
    private static final String TOPOLOGY = "public/public/public";

    /** For a program's start on a machine that has much to do. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The relay's address in every laboratory. */
    private static final String RELAY = "203.0.113.2:8080";

    private static final Pattern OFFSET_ADDRESS = Pattern.compile("\"address\":\"(offset://[^\"]+)\"");

    private static final AtomicInteger COUNT = new AtomicInteger();

    /**
     * Of those who start their programs. More at a time only slow one another down, past every patience, while those whose
     * programs run wait most of the time.
     */
    private static final Semaphore STARTING = new Semaphore(2, true);

    private final AtomicBoolean starting = new AtomicBoolean(true);
    private final NatLab lab;
    private final List<ChildProcess> started = new ArrayList<>();
    private final ChildProcess relay;
    private final String offsetAddress;

    private Hosts(NatLab lab, Path directory, DeadAfter deadAfter) throws IOException {
        this.lab = lab;
        relay = start(ChildProcess.of(onHost("relay", serve(directory, deadAfter))));
        Matcher address = OFFSET_ADDRESS.matcher(relay.awaitLine(
                Output.ERR, said -> said.contains("\"offset-address\""), "its Offset address", PATIENCE));
        if (!address.find()) {
            throw new AssertionError("no Offset address" + relay.everything());
        }
        offsetAddress = address.group(1);
        relay.awaitLine(Output.ERR, said -> said.contains("\"ready\""), "ready", PATIENCE);
    }

    /**
     * Builds the hosts and starts the relay.
     *
     * @param directory for the relay's state
     */
    static Hosts up(Path directory, DeadAfter deadAfter) throws IOException {
        STARTING.acquireUninterruptibly();
        try {
            NatLab lab = NatLab.up(NATLAB, PREFIX + "-" + COUNT.incrementAndGet(), TOPOLOGY);
            try {
                return new Hosts(lab, directory, deadAfter);
            } catch (IOException | AssertionError e) {
                lab.close();
                throw e;
            }
        } catch (IOException | AssertionError e) {
            STARTING.release();
            throw e;
        }
    }

    /** Says that all programs run here: other hosts may come up now. Again at will; closing says it too. */
    void haveStarted() {
        if (starting.compareAndSet(true, false)) {
            STARTING.release();
        }
    }

    private static List<String> serve(Path directory, DeadAfter deadAfter) {
        var arguments = new ArrayList<>(List.of(
                "serve",
                "--listen",
                RELAY,
                "--admin-listen",
                "off",
                "--state",
                directory.resolve("state").toString(),
                // Longer than any test: who waits for a partner that notices late is not sent away meanwhile.
                "--limits-lobby",
                "10m",
                "--verbose",
                "--json"));
        arguments.addAll(deadAfter.option("--limits-stalled"));
        return Programs.posthouse(arguments);
    }

    private List<String> onHost(String host, List<String> command) {
        return lab.exec(host, command);
    }

    /** Where rdv peers meet. */
    String url() {
        return "http://" + RELAY;
    }

    /** Where Offset peers meet. */
    String offsetAddress() {
        return offsetAddress;
    }

    /** What starts our command line on a host. */
    ChildProcess.Builder posthouse(String host, List<String> arguments) {
        return ChildProcess.of(onHost(host, Programs.posthouse(arguments)));
    }

    /** Starts a program; it ends with these hosts at the latest. */
    ChildProcess start(ChildProcess.Builder program) throws IOException {
        ChildProcess process = program.start();
        started.add(process);
        return process;
    }

    /** Makes a host vanish: nothing that it sends arrives, nothing that is sent to it does, and nobody is told. */
    void vanish(String host) throws IOException {
        lab.cut(host);
    }

    /** Undoes {@link #vanish}. */
    void bringBack(String host) throws IOException {
        lab.heal(host);
    }

    /** Takes a host's own link down, as a pulled plug does: its routes are gone too. */
    void unplug(String host) throws IOException {
        try (ChildProcess process = ChildProcess.of(onHost(host, List.of("ip", "link", "set", "eth0", "down")))
                .start()) {
            if (process.awaitExit() != 0) {
                throw new AssertionError("the link stays up" + process.everything());
            }
        }
    }

    /** Waits until so many peers have come to the relay's lobby since its start. */
    void awaitWaits(int count) {
        Awaitility.await("waits").atMost(PATIENCE).until(() -> count("\"wait-started\"") >= count);
    }

    /** Waits until the relay has joined two peers. */
    void awaitMeeting() {
        relay.awaitLine(Output.ERR, said -> said.contains("\"met\""), "met", PATIENCE);
    }

    /** The circuits that the relay has now, by its log. */
    long circuits() {
        return count("\"circuit-opened\"") - count("\"circuit-closed\"");
    }

    private long count(String event) {
        return relay.lines(Output.ERR).stream()
                .filter(said -> said.contains(event))
                .count();
    }

    @Override
    public void close() throws IOException {
        haveStarted();
        // Together with the processes in it, so that none waits for another's end.
        lab.close();
        started.forEach(ChildProcess::close);
    }
}
