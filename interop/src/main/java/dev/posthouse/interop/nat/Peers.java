package dev.posthouse.interop.nat;

import dev.posthouse.interop.nat.lab.LineProcess;
import dev.posthouse.interop.nat.lab.NatLab;
import dev.posthouse.interop.nat.peer.NatPeer;
import dev.posthouse.interop.nat.peer.NatRelay;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The processes in one laboratory: at most one of each program on each host, started when it is first asked for, and again
 * when it was dropped. One thread.
 */
final class Peers implements AutoCloseable {

    /** A JVM on a busy machine takes two seconds. */
    private static final Duration START = Duration.ofSeconds(30);

    /** What a router that passes only the web lets through: with one of these for each relay every cell can reach both. */
    private static final int OUR_PORT = 443;

    private static final int GO_PORT = 80;

    private static final String RELAY4 = "203.0.113.2";
    private static final String RELAY6 = "[2001:db8::2]";

    private final NatLab lab;
    private final Path rdvpeer;
    private final Path logs;
    private final boolean cold;
    private final Map<String, LineProcess> running = new HashMap<>();

    /**
     * @param lab stays its owner's
     * @param options where the original is, and where the processes' error output goes
     */
    Peers(NatLab lab, Options options) {
        this.lab = lab;
        this.rdvpeer = options.rdvpeer();
        this.logs = options.work();
        this.cold = options.cold();
    }

    /** The URL of a relay, which is started if it does not run yet. */
    String relay(Program program, boolean ipv6) throws IOException {
        int port = program == Program.OURS ? OUR_PORT : GO_PORT;
        start(
                "relay",
                program,
                program == Program.OURS
                        ? java(NatRelay.class, List.of(String.valueOf(port)))
                        : List.of(rdvpeer.toString(), "serve", "--listen", "[::]:" + port),
                "listening");
        return "http://" + (ipv6 ? RELAY6 : RELAY4) + ":" + port;
    }

    /** The peer on a host, which is started if it does not run yet. */
    LineProcess peer(String host, Program program) throws IOException {
        return start(
                host,
                program,
                program == Program.OURS
                        ? java(NatPeer.class, cold ? List.of("--cold") : List.of())
                        : List.of(rdvpeer.toString(), "tries"),
                "ready");
    }

    /** Ends a peer that is of no further use; the next {@link #peer} starts another. */
    void drop(String host, Program program) {
        Optional.ofNullable(running.remove(key(host, program))).ifPresent(LineProcess::close);
    }

    private LineProcess start(String host, Program program, List<String> command, String greeting) throws IOException {
        String key = key(host, program);
        LineProcess known = running.get(key);
        if (known != null) {
            return known;
        }
        LineProcess started = LineProcess.start(key, lab.exec(host, command), logs.resolve(key + ".log"));
        running.put(key, started);
        String said = started.answer(START);
        if (!said.contains("\"" + greeting + "\"")) {
            throw new IOException(key + " was to say that it is " + greeting + ", and said " + said);
        }
        return started;
    }

    private static String key(String host, Program program) {
        return program.name().toLowerCase(Locale.ROOT) + "-at-" + host;
    }

    /** Small and quick to start: six of these and the driver share two cores. */
    private static List<String> java(Class<?> main, List<String> arguments) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(arguments);
        return command;
    }

    @Override
    public void close() {
        running.values().forEach(LineProcess::close);
        running.clear();
    }
}
