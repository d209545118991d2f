package dev.posthouse.interop.offset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A file from one client to another through a relay; the sender ends at once.
 *
 * @param relay where they meet
 * @param directory for files
 */
record Transfer(LiveRelay relay, Path directory) {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /**
     * A client that sends or receives.
     *
     * @param side whose
     * @param me its identity
     * @param options of its program
     */
    record End(Side side, Who me, List<String> options) {
        static End of(Side side, Path directory, String... options) throws IOException {
            return new End(side, Who.in(directory), List.of(options));
        }
    }

    /**
     * What came.
     *
     * @param sent event of the sender, if that is the peer's
     * @param received event of the receiver, if that is the peer's
     */
    record Result(Optional<Events> sent, Optional<Events> received) {}

    /** From the connector to the listener, all of it with the right hash. */
    Result up(End listener, End connector, Payload data) throws IOException {
        Path file = Files.createTempFile(directory, "received", "");
        try (ChildProcess to = receive(listener, connector.me(), file).start()) {
            relay.awaitListening(listener.me(), to);
            try (ChildProcess from =
                    send(connector, listener.me()).input(data.file(directory)).start()) {
                assertThat(from.awaitExit(PATIENCE)).as(from::everything).isZero();
                assertThat(to.awaitExit(PATIENCE)).as(to::everything).isZero();
                if (listener.side() == Side.OURS) {
                    assertThat(Files.size(file)).as(to::everything).isEqualTo(data.length());
                    assertThat(sha256(file)).isEqualTo(data.sha256());
                    return new Result(events(connector, Events.err(from)), Optional.empty());
                }
                var received = Events.out(to).await("received");
                assertThat(received.get("bytes").getAsLong()).isEqualTo(data.length());
                assertThat(received.get("sha256").getAsString()).isEqualTo(data.sha256());
                return new Result(events(connector, Events.err(from)), Optional.of(Events.out(to)));
            }
        } finally {
            Files.delete(file);
        }
    }

    private static Optional<Events> events(End end, Events events) {
        return end.side() == Side.PEER ? Optional.of(events) : Optional.empty();
    }

    private ChildProcess.Builder receive(End end, Who from, Path file) {
        var options = new ArrayList<>(List.of("--allow", from.key()));
        if (end.side() == Side.PEER) {
            options.addAll(List.of("--app", "sink", "--count", "1"));
        }
        options.addAll(end.options());
        String[] all = options.toArray(String[]::new);
        return end.side() == Side.OURS
                ? Clients.accept(relay.meeting(), end.me(), all).output(file)
                : Clients.peer("listen", relay.meeting(), end.me(), all);
    }

    private ChildProcess.Builder send(End end, Who to) {
        if (end.side() == Side.OURS) {
            return Clients.dial(relay.meeting(), end.me(), to, end.options().toArray(String[]::new));
        }
        var options = new ArrayList<>(List.of("--peer", to.key(), "--app", "pipe", "--close-on-eof"));
        options.addAll(end.options());
        return Clients.peer("connect", relay.meeting(), end.me(), options.toArray(String[]::new));
    }

    static String sha256(Path file) {
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of()
                    .formatHex(((DigestInputStream) in).getMessageDigest().digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
