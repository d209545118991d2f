package dev.posthouse.interop.nat.peer;

import dev.posthouse.net.connection.Report;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.rdv.client.RdvClient;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A host of the laboratory with our client on it. Prints {@code {"event":"ready"}}, then makes the tries that it is told
 * on standard input, one after the other, each answered by one line, until the input ends: {@link TryCommand}, {@link
 * Outcome}. One process makes all tries of a cell, as a program that goes on connecting would; unless it is started with
 * {@code --cold}, it is {@linkplain WarmUp warm} when it says that it is ready.
 *
 * <p>A command that holds is answered by {@code {"event":"connected"}} first, and wants a line more: {@link
 * TryCommand#RESUME}.
 */
public final class NatPeer {

    private final BufferedReader in;
    private final PrintStream out;

    private NatPeer(BufferedReader in, PrintStream out) {
        this.in = in;
        this.out = out;
    }

    public static void main(String[] arguments) throws IOException {
        if (!List.of(arguments).contains("--cold")) {
            WarmUp.run();
        }
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        new NatPeer(in, System.out).run();
    }

    private void run() throws IOException {
        say("{\"event\":\"ready\"}");
        String line = in.readLine();
        while (line != null) {
            TryCommand command = TryCommand.parse(line);
            say(attempt(command).toJson());
            line = in.readLine();
        }
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }

    private Outcome attempt(TryCommand command) {
        long start = System.nanoTime();
        try (RdvClient client = RdvClient.builder()
                        .timeout(Duration.ofMillis(command.timeoutMillis()))
                        .build();
                StreamConnection connection = connect(client, command)) {
            Outcome connected = connected(command.id(), connection.report());
            try {
                SealedExchange.run(
                        connection.stream(),
                        command.bytes(),
                        Duration.ofMillis(command.transferMillis()),
                        command.hold() ? this::hold : () -> {});
                return connected;
            } catch (IOException e) {
                return connected.broken(String.valueOf(e));
            }
        } catch (IOException | IllegalArgumentException e) {
            long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
            return Outcome.failed(command.id(), millis, String.valueOf(e));
        }
    }

    private static StreamConnection connect(RdvClient client, TryCommand command) throws IOException {
        URI server = URI.create(command.server());
        return switch (command.method()) {
            case "dial" -> client.dial(server, command.token());
            case "accept" -> client.accept(server, command.token());
            default ->
                throw new IllegalArgumentException("a method is dial or accept, not \"" + command.method() + "\"");
        };
    }

    private static Outcome connected(long id, Report report) {
        List<String> attempts = report.attempts().stream()
                .map(one -> (one.inbound() ? "from " : "to ") + one.remote() + ": " + one.outcome() + ", "
                        + one.millis() + " ms")
                .toList();
        return new Outcome(
                id,
                true,
                Optional.of(report.route().label()),
                report.toConnected().toMillis(),
                Optional.empty(),
                Optional.of(report.relayRoundTrip()),
                Optional.of(report.toConnected().minus(report.toMeeting())),
                attempts);
    }

    /** Called between two commands only, while nobody else reads the input. */
    private void hold() throws IOException {
        say("{\"event\":\"connected\"}");
        if (in.readLine() == null) {
            throw new EOFException("the input ended instead of letting us go on");
        }
    }
}
