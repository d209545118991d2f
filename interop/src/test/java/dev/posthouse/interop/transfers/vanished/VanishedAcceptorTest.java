package dev.posthouse.interop.transfers.vanished;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.testkit.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The host of an acceptor vanishes while it waits, so that the relay joins a dialer to nobody. */
@LiveVanished
@ParameterizedClass(name = "dead after {0}")
@MethodSource("dev.posthouse.interop.transfers.vanished.DeadAfter#all")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class VanishedAcceptorTest {

    private static final Payload DATA = Payload.of(6007, 3_000_000);

    private final DeadAfter deadAfter;

    @TempDir
    Path directory;

    VanishedAcceptorTest(DeadAfter deadAfter) {
        this.deadAfter = deadAfter;
    }

    /** A dialer that was joined to a ghost goes on looking, and loses nothing of its input to it. */
    @ParameterizedTest(name = "{0}, back on {1}")
    @CsvSource({"none, c", "all, c", "none, b"})
    void dialerThatWasJoinedToAGhostMeetsTheAcceptorThatComesBack(String space, String back) throws Exception {
        Path received = directory.resolve("received");
        try (Hosts hosts = Hosts.up(directory, deadAfter)) {
            ChildProcess ghost = hosts.start(hosts.posthouse("b", arguments("accept", hosts, space)));
            hosts.awaitWaits(1);
            hosts.vanish("b");

            var silence = new Silence();
            ChildProcess dialer = hosts.start(
                    hosts.posthouse("a", arguments("dial", hosts, space)).input(DATA.file(directory)));
            hosts.awaitMeeting();
            // As if its host had lost its power.
            ghost.kill();
            if (back.equals("b")) {
                hosts.bringBack("b");
            }
            ChildProcess acceptor = hosts.start(
                    hosts.posthouse(back, arguments("accept", hosts, space)).output(received));

            hosts.haveStarted();
            // The ghost's silence, and then a transfer.
            silence.of("dialer", dialer)
                    .of("acceptor", acceptor)
                    .await(deadAfter.limit().plusSeconds(30));
            assertThat(acceptor.awaitExit()).as(acceptor::everything).isZero();
            assertThat(dialer.awaitExit()).as(dialer::everything).isZero();
            System.out.println(String.format(
                    "vanished: dead after %s, waiting acceptor, space %s, back on %s; %s",
                    deadAfter, space, back, silence));
        }
        assertThat(Files.readAllBytes(received)).isEqualTo(DATA.bytes());
    }

    private List<String> arguments(String word, Hosts hosts, String space) {
        var all = new ArrayList<>(List.of(word, hosts.url(), "ghost", "--space", space, "--timeout", "4m", "--json"));
        all.addAll(deadAfter.option("--dead-after"));
        return all;
    }
}
