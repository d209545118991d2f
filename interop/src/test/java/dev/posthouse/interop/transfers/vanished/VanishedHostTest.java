package dev.posthouse.interop.transfers.vanished;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.offset.identity.IdentityFile;
import dev.posthouse.testkit.ByteOracle;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A host vanishes in the middle of a transfer or of a quiet connection: both ends know it soon, and the relay. */
@LiveVanished
@ParameterizedClass(name = "dead after {0}")
@MethodSource("dev.posthouse.interop.transfers.vanished.DeadAfter#all")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class VanishedHostTest {

    /** Has begun, and goes on. */
    private static final int MIDDLE = 1_000_000;

    private static final String SENDER = "a";
    private static final String RECEIVER = "b";

    /** How the two are connected. */
    enum Way {
        RELAYED,
        DIRECT,
        /** Encrypted, over Offset. */
        TUNNEL
    }

    /** What goes over the connection. */
    enum Flow {
        DATA,
        NOTHING
    }

    private final DeadAfter deadAfter;

    @TempDir
    Path directory;

    VanishedHostTest(DeadAfter deadAfter) {
        this.deadAfter = deadAfter;
    }

    @ParameterizedTest(name = "{0}, {1}, {2}, {3}")
    @CsvSource({
        "vanish, receiver, RELAYED, DATA",
        "vanish, receiver, DIRECT, DATA",
        "unplug, receiver, RELAYED, DATA",
        "unplug, receiver, DIRECT, DATA",
        "vanish, sender, DIRECT, DATA",
        "vanish, sender, RELAYED, DATA",
        "vanish, receiver, RELAYED, NOTHING",
        "vanish, receiver, DIRECT, NOTHING",
        "vanish, receiver, TUNNEL, DATA",
        "vanish, sender, TUNNEL, DATA",
        "vanish, receiver, TUNNEL, NOTHING",
    })
    void bothEndsAndTheRelayKnowThatAHostIsGone(String how, String who, Way way, Flow flow) throws Exception {
        ByteOracle oracle = ByteOracle.of(System.nanoTime());
        Path received = directory.resolve("received");
        try (Hosts hosts = Hosts.up(directory, deadAfter)) {
            List<ChildProcess> ends = connect(hosts, way, flow, received);
            ChildProcess receiver = ends.getFirst();
            ChildProcess sender = ends.getLast();
            try (Trickle trickle = flow == Flow.DATA ? new Trickle(oracle, sender.input()) : null) {
                if (flow == Flow.DATA) {
                    await("a transfer that runs")
                            .atMost(Duration.ofSeconds(30))
                            .until(() -> Files.size(received) > MIDDLE);
                }
                hosts.haveStarted();
                await("a circuit, unless they are direct")
                        .atMost(Hosts.PATIENCE)
                        .until(() -> hosts.circuits() == (way == Way.DIRECT ? 0 : 1));

                String gone = who.equals("sender") ? SENDER : RECEIVER;
                var silence = new Silence().of("sender", sender).of("receiver", receiver);
                if (how.equals("unplug")) {
                    hosts.unplug(gone);
                } else {
                    hosts.vanish(gone);
                }
                silence.await(deadAfter.limit());

                String what = String.join(", ", "dead after " + deadAfter, how, who, way.name(), flow.name())
                        .toLowerCase(Locale.ROOT);
                if (way != Way.DIRECT) {
                    await("the circuit's end").atMost(deadAfter.limit()).until(() -> hosts.circuits() == 0);
                    what += String.format(Locale.ROOT, ": circuit gone after %.1f s", silence.seconds());
                }
                System.out.println("vanished: " + what + "; " + silence);
                // A relay in which bytes wait for a host that is gone may find that out a moment earlier than the other
                // end does. So may an Offset relay in any case, which watches both, and then cuts the other off.
                boolean relayMayCut = way == Way.TUNNEL || (way == Way.RELAYED && flow == Flow.DATA);
                for (ChildProcess end : ends) {
                    boolean staysConnected = end.equals(who.equals("sender") ? receiver : sender);
                    String reasons = relayMayCut && staysConnected ? "peer-silent|cut" : "peer-silent";
                    assertThat(end.awaitExit()).as(end::everything).isEqualTo(14);
                    assertThat(end.lines(Output.ERR).getLast())
                            .containsPattern("\"reason\":\"(" + reasons + ")\"")
                            .contains("\"exitCode\":14");
                }
            }
        }
        assertPrefix(oracle, received);
    }

    /** The receiver and the sender, connected. */
    private List<ChildProcess> connect(Hosts hosts, Way way, Flow flow, Path received) throws IOException {
        var accept = new ArrayList<>(List.of("accept", "--json"));
        var dial = new ArrayList<>(List.of("dial", "--json"));
        if (way == Way.TUNNEL) {
            Ed25519KeyPair accepting = identity("accepting");
            Ed25519KeyPair dialing = identity("dialing");
            accept.addAll(List.of(hosts.offsetAddress(), "--identity", file("accepting"), "--allow"));
            accept.add(dialing.publicKey().toString());
            dial.addAll(List.of(hosts.offsetAddress() + "/" + accepting.publicKey(), "--identity", file("dialing")));
        } else {
            List<String> both = List.of(hosts.url(), "vanished", "--space", way == Way.DIRECT ? "all" : "none");
            accept.addAll(both);
            dial.addAll(both);
            // On a machine that has much to do both ends need their time to punch.
            dial.addAll(List.of("--wait", "20s"));
        }
        accept.addAll(deadAfter.option("--dead-after"));
        dial.addAll(deadAfter.option("--dead-after"));

        ChildProcess.Builder receiving = hosts.posthouse(RECEIVER, accept).output(received);
        ChildProcess receiver = hosts.start(flow == Flow.NOTHING ? receiving.inputOpen() : receiving);
        if (way == Way.TUNNEL) {
            // Offset knows no dialer that comes first.
            hosts.awaitWaits(1);
        }
        ChildProcess sender = hosts.start(hosts.posthouse(SENDER, dial).inputOpen());
        for (ChildProcess end : List.of(receiver, sender)) {
            String connected =
                    end.awaitLine(Output.ERR, said -> said.contains("\"connected\""), "connected", Hosts.PATIENCE);
            assertThat(connected).contains(way == Way.DIRECT ? "\"direct\"" : "\"relayed\"");
        }
        return List.of(receiver, sender);
    }

    private Ed25519KeyPair identity(String name) throws IOException {
        Ed25519KeyPair identity = Ed25519KeyPair.generate();
        IdentityFile.write(Path.of(file(name)), identity);
        return identity;
    }

    private String file(String name) {
        return directory.resolve(name + ".ident").toString();
    }

    private static void assertPrefix(ByteOracle oracle, Path file) throws IOException {
        ByteOracle.Sink sink = oracle.sink();
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(buffer.clear()) >= 0) {
                sink.accept(buffer.flip());
            }
        }
    }
}
