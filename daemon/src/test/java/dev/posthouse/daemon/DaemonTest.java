package dev.posthouse.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.ConfigurationError;
import dev.posthouse.offset.identity.IdentityFile;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class DaemonTest {

    @TempDir
    Path directory;

    private final ArrayDeque<Daemon> started = new ArrayDeque<>();

    private Configuration configuration(Optional<Path> file, String... keysAndValues) throws ConfigurationError {
        var flags = new TreeMap<String, String>(Map.of(
                "--state", directory.resolve("state").toString(),
                "--listen", "127.0.0.1:0",
                "--admin-listen", "127.0.0.1:0",
                "--log-format", "json",
                "--log-level", "debug",
                "--drain-deadline", "5s"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            flags.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return Configuration.load(file, Map.of(), flags);
    }

    private Daemon start(LogLines log, String... keysAndValues) throws Exception {
        return start(log, configuration(Optional.empty(), keysAndValues));
    }

    private Daemon start(LogLines log, Configuration configuration) throws IOException {
        Daemon daemon = Daemon.start(configuration, log);
        started.add(daemon);
        return daemon;
    }

    @AfterEach
    void endDaemons() {
        started.forEach(Daemon::close);
        started.clear();
    }

    private HttpResponse<String> get(Daemon daemon, String path) throws Exception {
        return ask(daemon, "GET", path);
    }

    private HttpResponse<String> ask(Daemon daemon, String method, String path) throws Exception {
        int port = daemon.adminAddress().map(InetSocketAddress::getPort).orElseThrow();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void listeningComesFirstAndOpennessIsSaid() throws Exception {
        var log = new LogLines();
        Daemon daemon = start(log);

        log.await("admin-listening");
        JsonObject first = log.all().getFirst();
        assertThat(first.get("event").getAsString()).isEqualTo("listening");
        assertThat(first.get("address").getAsString())
                .isEqualTo("127.0.0.1:" + daemon.addresses().getFirst().getPort());
        await().until(() -> log.says("access is open") && log.says("descriptors: the limit of "));
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/healthz,200", "HEAD,/healthz,200", "GET,/readyz,200", "GET,/metrics,200", "HEAD,/metrics,200",
        "GET,/status.json,200", "GET,/,404", "GET,/healthz/x,404", "POST,/healthz,405", "DELETE,/status.json,405"
    })
    void adminPagesAreReadOnly(String method, String path, int status) throws Exception {
        Daemon daemon = start(new LogLines());

        assertThat(ask(daemon, method, path).statusCode()).isEqualTo(status);
    }

    @Test
    void aCircuitIsToldInLogStatusAndMetricsWithoutItsToken() throws Exception {
        var log = new LogLines();
        Daemon daemon = start(log);
        InetSocketAddress relay = daemon.addresses().getFirst();
        String token = "very-secret-token";

        JsonObject running;
        String live;
        RawPeer[] peers = RawPeer.circuit(relay, token);
        try (RawPeer dialer = peers[0];
                RawPeer acceptor = peers[1]) {
            await().untilAsserted(() -> assertThat(get(daemon, "/metrics").body())
                    .contains("posthouse_relayed_bytes_total{dialect=\"rdv\",from=\"dialer\"} 1.0"));
            live = get(daemon, "/metrics").body();
            running = JsonParser.parseString(get(daemon, "/status.json").body()).getAsJsonObject();
            dialer.write("x");
        }
        JsonObject closed = log.await("circuit-closed");
        String after = get(daemon, "/metrics").body();

        assertThat(live).contains("posthouse_circuits{dialect=\"rdv\"} 1.0", "posthouse_connections 2.0");
        JsonObject circuit = running.getAsJsonArray("circuits").get(0).getAsJsonObject();
        assertThat(circuit.get("name").getAsString())
                .isEqualTo(NameTag.of(token).text());
        assertThat(circuit.get("dialer").getAsString()).startsWith("127.0.0.1:");
        assertThat(circuit.get("dialerBytes").getAsLong()).isEqualTo(1);
        assertThat(running.getAsJsonObject("routes").get("relayed").getAsLong()).isEqualTo(1);
        assertThat(closed.get("circuit")).isEqualTo(circuit.get("id"));
        assertThat(after)
                .contains("posthouse_circuits{dialect=\"rdv\"} 0.0")
                .contains("posthouse_accepted_total{dialect=\"rdv\"} 2.0")
                .contains("posthouse_setup_duration_seconds_count{dialect=\"rdv\",route=\"relayed\"} 1")
                .contains("posthouse_circuit_duration_seconds_count{dialect=\"rdv\",reason=\""
                        + closed.get("reason").getAsString());
        for (String text : List.of(live, after)) {
            assertThat(text).doesNotContain(token, NameTag.of(token).text(), "127.0.0.1");
        }
        assertThat(running.toString() + log.all()).doesNotContain(token);
    }

    @Test
    void whoWaitsIsInTheStatusAndTheMetrics() throws Exception {
        var log = new LogLines();
        Daemon daemon = start(log);

        try (RawPeer acceptor = RawPeer.ask(daemon.addresses().getFirst(), "ACCEPT", "t")) {
            log.await("wait-started");
            JsonObject status =
                    JsonParser.parseString(get(daemon, "/status.json").body()).getAsJsonObject();
            JsonObject waiting = status.getAsJsonArray("waiting").get(0).getAsJsonObject();
            assertThat(waiting.get("role").getAsString()).isEqualTo("acceptor");
            assertThat(waiting.get("name").getAsString())
                    .isEqualTo(NameTag.of("t").text());
            assertThat(get(daemon, "/metrics").body()).contains("posthouse_waiting{dialect=\"rdv\"} 1.0");
        }
        assertThat(log.await("wait-ended").get("reason").getAsString()).isEqualTo("peer-gone");
        await().untilAsserted(() -> assertThat(get(daemon, "/metrics").body())
                .contains("posthouse_waiting{dialect=\"rdv\"} 0.0")
                .contains("posthouse_wait_duration_seconds_count{dialect=\"rdv\",reason=\"peer-gone\"} 1"));
    }

    @Test
    void refusalsAreCountedByReason() throws Exception {
        Path tokens = Files.writeString(directory.resolve("tokens"), "alpha\n");
        var log = new LogLines();
        Daemon daemon = start(log, "--access-tokens", tokens.toString());
        InetSocketAddress relay = daemon.addresses().getFirst();

        try (RawPeer stranger = RawPeer.ask(relay, "DIAL", "t");
                RawPeer friend = RawPeer.ask(relay, "DIAL", "t", "Authorization: Bearer alpha")) {
            assertThat(stranger.head()).isEqualTo("HTTP/1.1 401 Unauthorized");
            log.await("wait-started");
        }
        assertThat(get(daemon, "/metrics").body())
                .contains("posthouse_refused_total{dialect=\"rdv\",reason=\"unauthorized\"} 1.0");
        assertThat(JsonParser.parseString(get(daemon, "/status.json").body())
                        .getAsJsonObject()
                        .getAsJsonObject("refused")
                        .get("unauthorized")
                        .getAsLong())
                .isEqualTo(1);
        assertThat(log.all().toString()).doesNotContain("alpha");
    }

    @Test
    void peersMeetWhicheverAddressTheyCameTo() throws Exception {
        Daemon daemon = start(new LogLines(), "--listen", "127.0.0.1:0,127.0.0.1:0");
        InetSocketAddress one = daemon.addresses().getFirst();
        InetSocketAddress other = daemon.addresses().getLast();

        try (RawPeer acceptor = RawPeer.ask(one, "ACCEPT", "t");
                RawPeer dialer = RawPeer.ask(other, "DIAL", "t")) {
            assertThat(dialer.head()).isEqualTo("HTTP/1.1 101 Switching Protocols");
            assertThat(acceptor.head()).isEqualTo("HTTP/1.1 101 Switching Protocols");
        }
        assertThat(one).isNotEqualTo(other);
    }

    @Test
    void reloadingChangesLimitsAccessAndLevelAndNamesWhatItCannotChange() throws Exception {
        Path tokens = Files.writeString(directory.resolve("tokens"), "alpha\n");
        Path file = Files.writeString(directory.resolve("a.toml"), "[limits]\nlobby = \"50s\"\n");
        var log = new LogLines();
        Daemon daemon = start(log, configuration(Optional.of(file)));

        Files.writeString(
                file,
                "[limits]\nlobby = \"40s\"\n[access]\ntokens = \"" + tokens + "\"\n[rdv]\npath = \"/elsewhere\"\n");
        assertThat(daemon.reload()).isTrue();

        assertThat(log.await("reloaded").get("changed").toString()).isEqualTo("[\"access.tokens\",\"limits.lobby\"]");
        await().until(() -> log.says("change only when the daemon starts again: rdv.path"));
        assertThat(daemon.configuration().limits().lobby()).isEqualTo(Duration.ofSeconds(40));
        try (RawPeer stranger = RawPeer.ask(daemon.addresses().getFirst(), "DIAL", "t")) {
            assertThat(stranger.head()).isEqualTo("HTTP/1.1 401 Unauthorized");
        }
        Files.writeString(tokens, "beta\n");
        assertThat(daemon.reload()).isTrue();
        try (RawPeer late = RawPeer.ask(daemon.addresses().getFirst(), "DIAL", "t", "Authorization: Bearer alpha")) {
            assertThat(late.head()).isEqualTo("HTTP/1.1 401 Unauthorized");
        }
    }

    @Test
    void aBadFileLeavesEverythingAsItIs() throws Exception {
        Path file = Files.writeString(directory.resolve("b.toml"), "");
        var log = new LogLines();
        Daemon daemon = start(log, configuration(Optional.of(file)));
        Configuration before = daemon.configuration();

        Files.writeString(file, "[limits]\nlobby = \"1s\"\nloby = 1\n[access]\ndeny = [\"127.0.0.0/8\"]\n");
        assertThat(daemon.reload()).isFalse();
        assertThat(log.await("not-reloaded").get("problems").toString())
                .contains("b.toml:3: unknown setting limits.loby");

        Files.writeString(file, "[limits]\nlobby = \"1s\"\n[access]\ntokens = \"/nowhere\"\n");
        assertThat(daemon.reload()).isFalse();

        assertThat(daemon.configuration()).isSameAs(before);
        RawPeer welcome = RawPeer.ask(daemon.addresses().getFirst(), "ACCEPT", "t");
        log.await("wait-started");
        welcome.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[limits]\n", "vanished"})
    void aFileThatNoLongerSaysItsRestrictionsOpensNothing(String next) throws Exception {
        Path tokens = Files.writeString(directory.resolve("tokens"), "alpha\n");
        Path file = Files.writeString(
                directory.resolve("c.toml"), "[limits]\ncircuits = 7\n[access]\ntokens = \"" + tokens + "\"\n");
        var log = new LogLines();
        Daemon daemon = start(log, configuration(Optional.of(file)));

        if (next.equals("vanished")) {
            Files.delete(file);
        } else {
            Files.writeString(file, next);
        }
        assertThat(daemon.reload()).isFalse();

        String problems = log.await("not-reloaded").get("problems").toString();
        if (!next.equals("vanished")) {
            assertThat(problems)
                    .contains("access.tokens: now ", "limits.circuits: now 7", "lift = true under [reload]");
        }
        assertThat(daemon.configuration().limits().circuitsInAll()).isEqualTo(7);
        try (RawPeer stranger = RawPeer.ask(daemon.addresses().getFirst(), "DIAL", "t")) {
            assertThat(stranger.head()).isEqualTo("HTTP/1.1 401 Unauthorized");
        }
    }

    @Test
    void aFileThatSaysSoLiftsRestrictions() throws Exception {
        Path file = Files.writeString(directory.resolve("d.toml"), "[access]\ndeny = [\"127.0.0.0/8\"]\n");
        var log = new LogLines();
        Daemon daemon = start(log, configuration(Optional.of(file)));

        Files.writeString(file, "[reload]\nlift = true\n");
        assertThat(daemon.reload()).isTrue();

        await().until(() -> log.says("this reload lifts a restriction: access.deny: now 127.0.0.0/8"));
        try (RawPeer welcome = RawPeer.ask(daemon.addresses().getFirst(), "ACCEPT", "t")) {
            log.await("wait-started");
            welcome.write("x");
        }
    }

    @Test
    void drainingSendsWaitersAwayAndLetsCircuitsFinish() throws Exception {
        var log = new LogLines();
        Daemon daemon = start(log);
        InetSocketAddress relay = daemon.addresses().getFirst();
        RawPeer[] peers = RawPeer.circuit(relay, "t");

        try (RawPeer dialer = peers[0];
                RawPeer acceptor = peers[1];
                RawPeer waiter = RawPeer.ask(relay, "ACCEPT", "other")) {
            log.await("wait-started");
            assertThat(daemon.stop()).isTrue();
            assertThat(daemon.stop()).isFalse();

            assertThat(waiter.head()).isEqualTo("HTTP/1.1 503 Service Unavailable");
            await().untilAsserted(() ->
                    assertThat(get(daemon, "/readyz").statusCode()).isEqualTo(503));
            assertThat(get(daemon, "/healthz").statusCode()).isEqualTo(200);
            assertThatThrownBy(() -> RawPeer.ask(relay, "ACCEPT", "late")).isInstanceOf(IOException.class);
            dialer.write("x");
            assertThat(acceptor.read()).isEqualTo('x');
        }
        assertThat(daemon.awaitEnd()).isEqualTo(Ending.DRAINED);
        assertThat(log.await("ended").get("how").getAsString()).isEqualTo("drained");
    }

    @Test
    void circuitsThatOutliveTheDeadlineAreCut() throws Exception {
        var log = new LogLines();
        Daemon daemon = start(log, "--drain-deadline", "50ms");
        RawPeer[] peers = RawPeer.circuit(daemon.addresses().getFirst(), "t");

        try (RawPeer dialer = peers[0];
                RawPeer acceptor = peers[1]) {
            daemon.stop();
            assertThat(daemon.awaitEnd()).isEqualTo(Ending.CUT);
            assertThat(dialer.ended()).isTrue();
            assertThat(acceptor.ended()).isTrue();
        }
        assertThat(log.await("circuit-closed").get("reason").getAsString()).isEqualTo("shutdown");
        assertThat(log.await("ended").get("circuitsCut").getAsInt()).isEqualTo(1);
    }

    @Test
    void anAddressThatIsTakenIsNamed() throws Exception {
        int taken = start(new LogLines()).addresses().getFirst().getPort();
        var log = new LogLines();

        assertThatThrownBy(() -> start(log, "--listen", "127.0.0.1:0,127.0.0.1:" + taken))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot listen on 127.0.0.1:" + taken + ": ");
        assertThat(log.says("cannot start: cannot listen on 127.0.0.1:" + taken))
                .isTrue();
    }

    @Test
    void daemonsOfOneProcessDoNotKnowEachOther() throws Exception {
        var log = new LogLines();
        Daemon one = start(log);
        Daemon other = start(new LogLines());

        try (RawPeer acceptor = RawPeer.ask(other.addresses().getFirst(), "ACCEPT", "t")) {
            await().untilAsserted(() ->
                    assertThat(get(other, "/metrics").body()).contains("posthouse_waiting{dialect=\"rdv\"} 1.0"));
            assertThat(get(one, "/metrics").body()).contains("posthouse_waiting{dialect=\"rdv\"} 0.0");
            try (RawPeer stranger = RawPeer.ask(one.addresses().getFirst(), "DIAL", "t");
                    RawPeer partner = RawPeer.ask(other.addresses().getFirst(), "DIAL", "t")) {
                assertThat(partner.head()).isEqualTo("HTTP/1.1 101 Switching Protocols");
                assertThat(acceptor.head()).isEqualTo("HTTP/1.1 101 Switching Protocols");
                await().untilAsserted(() ->
                        assertThat(get(one, "/metrics").body()).contains("posthouse_waiting{dialect=\"rdv\"} 1.0"));
                one.stop();
                assertThat(stranger.head()).isEqualTo("HTTP/1.1 503 Service Unavailable");
            }
        }
    }

    @Test
    void theOffsetRelaysAddressIsSaidAtTheStartAndStaysTheSame() throws Exception {
        Path state = directory.resolve("fresh").resolve("state");
        var log = new LogLines();
        Daemon daemon = start(log, "--state", state.toString());
        String address = log.await("offset-address").get("address").getAsString();

        assertThat(offsetAddresses(daemon)).containsExactly(address);
        Ed25519PublicKey key = IdentityFile.read(state.resolve("relay.ident")).publicKey();
        assertThat(address)
                .isEqualTo("offset://127.0.0.1:" + daemon.addresses().getFirst().getPort() + "/" + key);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("relay.ident"))))
                .isEqualTo("rw-------");

        Daemon again = start(new LogLines(), "--state", state.toString(), "--offset-host", "relay.example");
        assertThat(offsetAddresses(again).getFirst())
                .startsWith("offset://relay.example:")
                .endsWith("/" + key);
    }

    @Test
    void anIdentityOfItsOwnFileIsTakenAndNothingIsKept() throws Exception {
        Ed25519KeyPair identity = Ed25519KeyPair.generate();
        Path file = directory.resolve("own.ident");
        IdentityFile.write(file, identity);
        Path state = directory.resolve("unused");
        Daemon daemon = start(new LogLines(), "--offset-identity", file.toString(), "--state", state.toString());

        assertThat(offsetAddresses(daemon).getFirst()).endsWith("/" + identity.publicKey());
        assertThat(state).doesNotExist();
    }

    private static List<String> offsetAddresses(Daemon daemon) {
        return daemon.dialectAddresses().getOrDefault("offset", List.of());
    }

    @Test
    void whereNothingCanBeKeptTheStartSaysWhatToDo() throws Exception {
        Path blocked = Files.writeString(directory.resolve("blocked"), "a file, no directory");
        var log = new LogLines();

        assertThatThrownBy(() -> start(log, "--state", blocked.toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("relay.ident")
                .hasMessageContaining("--state")
                .hasMessageContaining("--dialects rdv");
        assertThat(start(new LogLines(), "--state", blocked.toString(), "--dialects", "rdv")
                        .dialectAddresses())
                .isEmpty();
    }
}
