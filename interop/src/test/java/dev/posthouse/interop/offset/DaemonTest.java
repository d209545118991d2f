package dev.posthouse.interop.offset;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.posthouse.interop.process.Programs;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One daemon of ours with everything around the relay. */
@LiveOffset
class DaemonTest {

    @TempDir
    static Path directory = Path.of("");

    private static String page(LiveRelay relay, String path) throws IOException, InterruptedException {
        String at = relay.events().await("admin-listening").get("address").getAsString();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://" + at + path))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private static ChildProcess rdv(String word, LiveRelay relay) throws IOException {
        return ChildProcess.of(Programs.posthouse(
                        List.of(word, "http://" + relay.meeting().at(), "a token", "--space", "none", "--json")))
                .inputOpen()
                .start();
    }

    @Test
    void servesRdvAndOffsetOnOnePortAtTheSameTimeAndCountsThemApart() throws Exception {
        Who d = Who.in(directory);
        Who c = Who.in(directory);
        try (LiveRelay relay = LiveRelay.start(Side.OURS, directory);
                Leg listener = Leg.listen(relay.meeting(), d)) {
            relay.awaitListening(d);
            try (Leg connector = Leg.connect(relay.meeting(), c, d)) {
                listener.isCalled(1);
                try (Leg accept = Leg.accept(relay.meeting(), d, c);
                        ChildProcess acceptor = rdv("accept", relay);
                        ChildProcess dialer = rdv("dial", relay)) {
                    accept.say("offset runs");
                    connector.hears("offset runs");
                    Events.err(acceptor).await("connected");
                    Events.err(dialer).await("connected");

                    JsonObject status =
                            JsonParser.parseString(page(relay, "/status.json")).getAsJsonObject();
                    assertThat(status.getAsJsonArray("circuits"))
                            .extracting(JsonElement::getAsJsonObject)
                            .extracting(circuit -> circuit.get("dialect").getAsString())
                            .containsExactlyInAnyOrder("offset", "rdv");
                    assertThat(status.getAsJsonArray("waiting"))
                            .extracting(JsonElement::getAsJsonObject)
                            .extracting(wait -> wait.get("dialect").getAsString())
                            .containsExactly("offset");
                    assertThat(status.getAsJsonArray("offsetAddresses"))
                            .extracting(JsonElement::getAsString)
                            .containsExactly(relay.meeting().address());
                    String metrics = page(relay, "/metrics");
                    assertThat(metrics)
                            .contains("posthouse_met_total{dialect=\"offset\"} 1.0")
                            .contains("posthouse_met_total{dialect=\"rdv\"} 1.0")
                            .contains("posthouse_accepted_total{dialect=\"offset\"} 3.0")
                            .contains("posthouse_accepted_total{dialect=\"rdv\"} 2.0");

                    accept.say("it still does");
                    connector.hears("it still does");
                    dialer.input().write("and so does rdv\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
                    dialer.input().flush();
                    acceptor.awaitLine(ChildProcess.Output.OUT, said -> said.equals("and so does rdv"), "rdv's line");
                }
            }
        }
    }

    @Test
    void whenToldToStopItSendsListenersAndWaitersAwayAndLetsTunnelsFinish() throws Exception {
        Who d = Who.in(directory);
        Who c = Who.in(directory);
        try (LiveRelay relay = LiveRelay.start(Side.OURS, directory);
                Leg listener = Leg.listen(relay.meeting(), d)) {
            relay.awaitListening(d);
            try (Leg connector = Leg.connect(relay.meeting(), c, d)) {
                listener.isCalled(1);
                try (Leg accept = Leg.accept(relay.meeting(), d, c);
                        Leg waiting = Leg.connect(relay.meeting(), Who.in(directory), d)) {
                    accept.say("hello");
                    connector.hears("hello");
                    listener.isCalled(2);

                    relay.process().terminate();

                    listener.ends();
                    waiting.ends();
                    connector.say("while it drains");
                    accept.hears("while it drains");
                    assertThat(relay.process().isAlive()).isTrue();
                    connector.end();
                    accept.ends();
                    assertThat(relay.process().awaitExit())
                            .as(relay.process()::everything)
                            .isZero();
                    assertThat(relay.events().await("ended").get("how").getAsString())
                            .isEqualTo("drained");
                }
            }
        }
    }

    @Test
    void servesOnlyTheKeysOfItsFileIfThereIsOne() throws Exception {
        Who d = Who.in(directory);
        Who c = Who.in(directory);
        Path keys = directory.resolve("keys");
        Files.writeString(keys, "# who may\n" + d.key() + " the listener\n" + c.key() + "\n");
        try (LiveRelay relay = LiveRelay.start(Side.OURS, directory, "--access-keys", keys.toString());
                ChildProcess listener = Clients.peer("listen", relay.meeting(), d, "--app", "echo")
                        .start()) {
            relay.awaitListening(d, listener);
            Serving.echo(relay.meeting(), c, d);
            for (Leg stranger : List.of(
                    Leg.connect(relay.meeting(), Who.in(directory), d),
                    Leg.listen(relay.meeting(), Who.in(directory)))) {
                try (stranger) {
                    stranger.ends();
                }
            }
            relay.events().await("refused", e -> e.get("reason").getAsString().equals("unauthorized"));
            assertThat(Events.out(listener).all("incoming")).hasSize(1);
        }
    }
}
