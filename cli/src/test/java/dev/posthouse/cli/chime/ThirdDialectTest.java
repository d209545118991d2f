package dev.posthouse.cli.chime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.cli.chime.Frames.Frame;
import dev.posthouse.cli.chime.Frames.Kind;
import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.daemon.Daemon;
import dev.posthouse.daemon.Ending;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.offset.identity.IdentityFile;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A third dialect at a real daemon: one connection carries many circuits and reservations, peers have keys, some wait in silence and some
 * with a reservation, it listens on UDP without being detected, and keeps a file. Its modules and one line in each list are all that names it.
 */
@ExtendWith(LeakCheck.class)
class ThirdDialectTest {

    private static final int CIRCUITS = 100;

    /** Longer than anything here takes, on a machine that has much to do. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int LONGEST_SOURCE = 1_000_000;

    private static final Ed25519KeyPair ALICE = Ed25519KeyPair.generate();
    private static final Ed25519KeyPair BOB = Ed25519KeyPair.generate();

    @TempDir
    Path directory;

    private final List<String> log = new CopyOnWriteArrayList<>();

    private Daemon start(String... flags) throws Exception {
        var all = new TreeMap<String, String>(Map.of(
                "--state", directory.resolve("state").toString(),
                "--listen", "127.0.0.1:0",
                "--admin-listen", "127.0.0.1:0",
                "--log-format", "json",
                "--log-level", "debug",
                "--drain-deadline", "1m"));
        for (int i = 0; i < flags.length; i += 2) {
            all.put(flags[i], flags[i + 1]);
        }
        return Daemon.start(Configuration.load(Optional.empty(), Map.of(), all), log::add);
    }

    private static InetSocketAddress at(Daemon daemon) {
        return daemon.addresses().getFirst();
    }

    /** Its address, as the daemon tells it. */
    private static String told(Daemon daemon) {
        return daemon.dialectAddresses().getOrDefault("chime", List.of()).getFirst();
    }

    private static String page(Daemon daemon, String path) throws Exception {
        int port = daemon.adminAddress().orElseThrow().getPort();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .timeout(Duration.ofSeconds(20))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private void awaitLog(String... parts) {
        await().atMost(PATIENCE).until(() -> log.stream()
                .anyMatch(line -> List.of(parts).stream().allMatch(line::contains)));
    }

    private static String said(ChimePeer peer, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            assertThat(peer.stream().read(bytes)).isPositive();
        }
        return new String(bytes.array(), StandardCharsets.UTF_8);
    }

    /** A circuit of the caller's to who is reserved under a name; its number at the callee. */
    private static int call(ChimePeer caller, int number, ChimePeer callee, String name) throws IOException {
        caller.say(Kind.CALL, number, name);
        Frame open = callee.hear();
        assertThat(open.kind()).isEqualTo(Kind.OPEN);
        return open.circuit();
    }

    @Test
    void itsSettingsArePrintedAndItsAddressesAreTold() throws Exception {
        String printed = ChimeTest.printed("serve --print-config --chime-udp 127.0.0.1:1 --state " + directory, 0);
        assertThat(printed)
                .containsPattern("(?s)\\[chime].*udp = \"127.0.0.1:1\"")
                .contains("\"chime\"");

        String key;
        try (Daemon daemon = start()) {
            key = told(daemon);
            assertThat(key).startsWith("chime://127.0.0.1:" + at(daemon).getPort() + "/");
            awaitLog("\"chime-address\"", key);
        }
        // The file that it keeps: the same tower at the next start.
        Path file = directory.resolve("state").resolve(ChimeRelayModule.FILE);
        assertThat(key).endsWith("/" + IdentityFile.read(file).publicKey());
        try (Daemon again = start()) {
            assertThat(told(again)).endsWith("/" + IdentityFile.read(file).publicKey());
        }
        try (Daemon without = start("--dialects", "rdv,offset")) {
            assertThat(without.dialectAddresses()).doesNotContainKey("chime");
        }
    }

    @Test
    void itIsRungByUdpWithoutBeingDetected() throws Exception {
        try (Daemon daemon = start("--chime-udp", "127.0.0.1:0");
                DatagramSocket ringer = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            String bell =
                    daemon.dialectAddresses().getOrDefault("chime", List.of()).getLast();
            assertThat(bell).startsWith("chime+udp://");
            int port = Integer.parseInt(bell.substring(bell.lastIndexOf(':') + 1));
            ringer.setSoTimeout(20_000);
            byte[] ding = "ding".getBytes(StandardCharsets.US_ASCII);
            ringer.send(new DatagramPacket(ding, ding.length, InetAddress.getLoopbackAddress(), port));
            var dong = new DatagramPacket(new byte[16], 16);
            ringer.receive(dong);
            assertThat(new String(dong.getData(), 0, dong.getLength(), StandardCharsets.US_ASCII))
                    .isEqualTo("ding");
            assertThat(daemon.addresses()).hasSize(1);
        }
    }

    @Test
    void manyCircuitsAndReservationsOfOneConnectionAreToldAndDrainWaitsForTheLast() throws Exception {
        Daemon daemon = start("--limits-waiting-per-address", "off");
        try (ChimePeer alice = ChimePeer.mux(at(daemon), ALICE);
                ChimePeer bob = ChimePeer.mux(at(daemon), BOB)) {
            for (int i = 0; i < CIRCUITS; i++) {
                bob.say(Kind.RESERVE, 0, "bell " + i);
            }
            await().atMost(PATIENCE)
                    .until(() -> log.stream()
                                    .filter(line -> line.contains("\"wait-started\""))
                                    .count()
                            == CIRCUITS);
            var numbers = new ArrayList<Integer>();
            for (int i = 0; i < CIRCUITS; i++) {
                numbers.add(call(alice, i + 1, bob, "bell " + i));
            }
            alice.say(Kind.CALL, 999, "no such bell");
            assertThat(alice.hear()).satisfies(frame -> {
                assertThat(frame.kind()).isEqualTo(Kind.REFUSED);
                assertThat(frame.circuit()).isEqualTo(999);
            });
            alice.say(Kind.DATA, 7, "hello");
            Frame heard = bob.hear();
            assertThat(heard.kind()).isEqualTo(Kind.DATA);
            assertThat(heard.circuit()).isEqualTo(numbers.get(6));
            assertThat(heard.text()).isEqualTo("hello");

            assertThat(page(daemon, "/status.json"))
                    .contains("\"circuitsRunning\":" + CIRCUITS, "\"connections\":2", "\"dialect\":\"chime\"");
            assertThat(page(daemon, "/metrics")).contains("dialect=\"chime\"");

            for (int i = 1; i < CIRCUITS; i++) {
                alice.say(Kind.END, i, "");
                assertThat(bob.hear().kind()).isEqualTo(Kind.END);
                bob.say(Kind.END, numbers.get(i - 1), "");
                assertThat(alice.hear().kind()).isEqualTo(Kind.END);
            }
            await().atMost(PATIENCE).until(() -> page(daemon, "/status.json").contains("\"circuitsRunning\":1"));
            daemon.stop();
            // Its reservations go, the circuit stays.
            for (int i = 0; i < CIRCUITS; i++) {
                assertThat(bob.hear().kind()).isEqualTo(Kind.GONE);
            }
            alice.say(Kind.DATA, CIRCUITS, "still here");
            assertThat(bob.hear().text()).isEqualTo("still here");
            alice.say(Kind.END, CIRCUITS, "");
            assertThat(bob.hear().kind()).isEqualTo(Kind.END);
            bob.say(Kind.END, numbers.getLast(), "");
            assertThat(daemon.awaitEnd()).isEqualTo(Ending.DRAINED);
        } finally {
            daemon.close();
        }
    }

    @Test
    void whoWaitsInSilenceMeetsWhoRings() throws Exception {
        try (Daemon daemon = start();
                ChimePeer bob = ChimePeer.connect(at(daemon), BOB);
                ChimePeer alice = ChimePeer.connect(at(daemon), ALICE)) {
            bob.line("WAIT tower");
            awaitLog("\"wait-started\"", "\"chime\"");
            alice.line("RING tower");
            assertThat(alice.line()).isEqualTo("MET");
            assertThat(bob.line()).isEqualTo("MET");
            alice.stream().write(ByteBuffer.wrap("ding".getBytes(StandardCharsets.UTF_8)));
            assertThat(said(bob, 4)).isEqualTo("ding");
            alice.stream().close();
            bob.stream().close();
            awaitLog("\"circuit-closed\"", "\"chime\"");
        }
    }

    @Test
    void limitsCountItsKeysAndItsAddresses() throws Exception {
        try (Daemon daemon = start("--limits-waiting-per-key", "2", "--limits-waiting-per-address", "3");
                ChimePeer here = ChimePeer.mux(at(daemon), ALICE);
                ChimePeer there = ChimePeer.mux(at(daemon), ALICE);
                ChimePeer bob = ChimePeer.mux(at(daemon), BOB);
                ChimePeer carol = ChimePeer.connect(at(daemon), Ed25519KeyPair.generate())) {
            here.say(Kind.RESERVE, 0, "one");
            here.say(Kind.RESERVE, 0, "another");
            awaitWaits(2);
            there.say(Kind.RESERVE, 0, "two");
            assertThat(there.hear().text()).isEqualTo("two limit-peer");
            bob.say(Kind.RESERVE, 0, "three");
            awaitWaits(3);
            carol.line("WAIT four");
            assertThat(carol.line()).isEqualTo("NO limit-peer");
            await().atMost(PATIENCE).until(() -> page(daemon, "/status.json").contains("limit-peer"));
        }
    }

    private void awaitWaits(int begun) {
        await().atMost(PATIENCE)
                .until(() -> log.stream()
                                .filter(line -> line.contains("\"wait-started\""))
                                .count()
                        == begun);
    }

    @Test
    void accessIsByKey() throws Exception {
        Path keys = Files.writeString(directory.resolve("keys"), ALICE.publicKey() + "\n");
        try (Daemon daemon = start("--access-keys", keys.toString());
                ChimePeer alice = ChimePeer.connect(at(daemon), ALICE);
                ChimePeer bob = ChimePeer.connect(at(daemon), BOB)) {
            assertThat(bob.line()).isEqualTo("NO unauthorized");
            awaitLog("\"refused\"", "unauthorized", "\"chime\"");
            awaitLog("access is restricted", "offset", "chime", "to those who have one of 1 public keys");
            alice.line("WAIT tower");
            awaitLog("\"wait-started\"");
        }
    }

    @Test
    void whoWaitsIsToldOfTheDrainInItsOwnWords() throws Exception {
        Daemon daemon = start();
        try (ChimePeer bob = ChimePeer.connect(at(daemon), BOB)) {
            bob.line("WAIT tower");
            awaitLog("\"wait-started\"");
            daemon.stop();
            assertThat(bob.line()).isEqualTo("NO shutdown");
            daemon.awaitEnd();
        } finally {
            daemon.close();
        }
    }

    @Test
    void theCommandLineConnectsThroughTheDaemon() throws Exception {
        byte[] content = new byte[1_000_000];
        new Random(25).nextBytes(content);
        Path sent = Files.write(directory.resolve("sent"), content);
        Path received = directory.resolve("received");
        try (Daemon daemon = start()) {
            String address = " " + told(daemon) + " --bell evening";
            try (ChildProcess accepts = ChimeTest.posthouse("accept" + address)
                            .output(received)
                            .start();
                    ChildProcess dials =
                            ChimeTest.posthouse("dial" + address).input(sent).start()) {
                assertThat(List.of(dials.awaitExit(), accepts.awaitExit()))
                        .as(() -> dials.everything() + accepts.everything())
                        .containsExactly(0, 0);
            }
            awaitLog("\"circuit-closed\"", "\"chime\"");
        }
        assertThat(received).hasBinaryContent(content);
    }

    /** The list of what names it: this package, and a line in each list of tests. */
    @Test
    void nothingElseNamesIt() throws IOException {
        Path root = root();
        var named = new ArrayList<String>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                String name = String.valueOf(folder.getFileName());
                // What is built, and what tools keep beside the sources.
                boolean skipped = name.equals("target")
                        || (name.startsWith(".") && !name.equals(".ci"))
                        || folder.equals(root.resolve("cli/src/test/java/dev/posthouse/cli/chime"));
                return skipped && !folder.equals(root) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                // In a linked work tree .git is a file; and no source is that long.
                if (!file.endsWith(".git")
                        && attributes.size() < LONGEST_SOURCE
                        && Files.readString(file, StandardCharsets.ISO_8859_1)
                                .toLowerCase(Locale.ROOT)
                                .contains("chime")) {
                    named.add(root.relativize(file).toString().replace('\\', '/'));
                }
                return FileVisitResult.CONTINUE;
            }

            // What somebody else makes and removes here meanwhile.
            @Override
            public FileVisitResult visitFileFailed(Path file, IOException why) {
                return FileVisitResult.CONTINUE;
            }
        });
        assertThat(named)
                .containsExactlyInAnyOrder(
                        "cli/src/test/resources/META-INF/services/dev.posthouse.cli.dialect.SchemeModule",
                        "cli/src/test/resources/META-INF/services/dev.posthouse.daemon.configuration.DialectSettings");
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("posthouse"))) {
            folder = Objects.requireNonNull(folder.getParent(), "no root above this module");
        }
        return folder;
    }
}
