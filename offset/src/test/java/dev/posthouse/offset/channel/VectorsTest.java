package dev.posthouse.offset.channel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.crypto.RecordCipher;
import dev.posthouse.offset.wire.ChannelMessage;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The computed transcripts (vectors/README): one side is ours, with the transcript's random values; the other side's messages
 * are the transcript's. Keys and plaintexts are the same. Records are the same byte for byte, but for those with more than
 * 8 KiB of padding: the original's writer spreads these over several segments, and ours never does.
 */
@ExtendWith(LeakCheck.class)
class VectorsTest {

    private static final Ed25519KeyPair C = identity(0x00);
    private static final Ed25519KeyPair R = identity(0x40);
    private static final Ed25519KeyPair D = identity(0x80);

    private static Ed25519KeyPair identity(int base) {
        byte[] seed = new byte[32];
        for (int i = 0; i < seed.length; i++) {
            seed[i] = (byte) (base + i);
        }
        return Ed25519KeyPair.ofSeed(seed);
    }

    private static JsonObject json(String name) throws IOException {
        String path = "/dev/posthouse/offset/vectors/" + name;
        try (InputStream in = Objects.requireNonNull(VectorsTest.class.getResourceAsStream(path), path)) {
            return JsonParser.parseString(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .getAsJsonObject();
        }
    }

    private static byte[] hex(JsonElement text) {
        return HexFormat.of().parseHex(text.getAsString());
    }

    private static byte[] padding(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (7 * i + 3);
        }
        return bytes;
    }

    private static ChannelMessage.Decoded decode(byte[] plaintext) throws IOException {
        return ChannelMessage.decode(ByteBuffer.wrap(plaintext), 1 << 20);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static Script exchange(Script script, JsonObject ephemeral) {
        return script.exchange(hex(ephemeral.get("x25519_private")), hex(ephemeral.get("keySalt")));
    }

    /** Our side of a channel, and the records that it sends, opened with the vectors' keys. */
    private static final class Side {
        private final Tape tape = new Tape();
        private final SecureChannel channel;
        private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        private final Background<?> reading;
        private RecordCipher opener;

        Side(Ed25519KeyPair own, Optional<Ed25519PublicKey> expected, Script script, JsonObject ours, JsonObject theirs)
                throws InterruptedException, IOException {
            var establishing = Background.start(
                    () -> SecureChannel.establish(tape, own, expected, ChannelSettings.DEFAULT, script));
            assertThat(tape.next()).isEqualTo(hex(ours.get("exchangeRandNonce")));
            tape.put(hex(theirs.get("exchangeRandNonce")));
            assertThat(tape.next()).isEqualTo(hex(ours.get("exchangeDh")));
            tape.put(hex(theirs.get("exchangeDh")));
            channel = establishing.result();
            opener = RecordCipher.ofKey(hex(ours.get("sendKey")));
            reading = Background.run(() -> {
                try {
                    while (true) {
                        received.add(bytes(channel.receive().orElseThrow()));
                    }
                } catch (java.nio.channels.AsynchronousCloseException e) {
                    // the end of the tape
                }
            });
        }

        byte[] heard() throws InterruptedException {
            return Objects.requireNonNull(received.poll(20, TimeUnit.SECONDS), "nothing was received");
        }

        /** Compares what we send next. */
        void assertSends(byte[] record, byte[] plaintext) throws IOException, InterruptedException {
            byte[] sent = tape.next();
            ByteBuffer opened = ByteBuffer.allocate(sent.length);
            assertThat(opener.open(ByteBuffer.wrap(sent), opened))
                    .as("opens with the vectors' key")
                    .isTrue();
            if (decode(plaintext).padding() > 8_144) {
                ChannelMessage.Decoded ours = decode(bytes(opened.flip()));
                assertThat(ours).isEqualTo(decode(plaintext));
                assertThat(Arrays.copyOf(sent, 12)).isEqualTo(Arrays.copyOf(record, 12));
            } else {
                assertThat(bytes(opened.flip())).isEqualTo(plaintext);
                assertThat(sent).isEqualTo(record);
            }
        }

        void end() {
            assertThat(tape.unseen()).isZero();
            channel.abort();
            reading.result();
        }
    }

    private static List<JsonObject> objects(JsonElement list) {
        return list.getAsJsonArray().asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "R"})
    void transcriptOfALegWithBothKindsOfRekey(String name) throws IOException, InterruptedException {
        JsonObject transcript = json("leg_transcript.json");
        boolean client = name.equals("C");
        JsonObject ours = transcript.getAsJsonObject(name);
        JsonObject theirs = transcript.getAsJsonObject(client ? "R" : "C");
        JsonObject ephemeral = ours.getAsJsonObject("ephemeral");
        JsonObject first = transcript.getAsJsonObject("rekey1");
        JsonObject second = transcript.getAsJsonObject("rekey2_simultaneous");
        var script = new Script().nonce(hex(ephemeral.get("randNonce")));
        exchange(script, ephemeral);
        exchange(script, first.getAsJsonObject(name));
        exchange(script, second.getAsJsonObject(name));

        var events = new ArrayList<>(objects(transcript.get("events")));
        events.removeIf(event -> !event.has("plaintext"));
        for (JsonObject event : events) {
            if (isFrom(name, event)) {
                script.padding(padding(decode(hex(event.get("plaintext"))).padding()));
            }
        }
        Optional<Ed25519PublicKey> expected = client ? Optional.of(R.publicKey()) : Optional.empty();
        var side = new Side(client ? C : R, expected, script, ours, theirs);
        int rekeys = 0;
        while (!events.isEmpty()) {
            JsonObject event = events.removeFirst();
            if (isSimultaneous(event) && isSimultaneous(events.getFirst()) && !isFrom(name, event)) {
                // Both orders are simultaneous, but only with ours first it is ours that starts.
                JsonObject own = events.removeFirst();
                events.addFirst(event);
                event = own;
            }
            byte[] record = hex(event.get("payload"));
            byte[] plaintext = hex(event.get("plaintext"));
            String what = event.get("what").getAsString();
            ChannelMessage.Content content = decode(plaintext).content();
            if (isFrom(name, event)) {
                switch (content) {
                    case ChannelMessage.Content.User user -> side.channel.send(user.payload());
                    case ChannelMessage.Content.Rekey rekey -> {
                        if (!what.contains("reply")) {
                            side.channel.rekey();
                        }
                    }
                }
                side.assertSends(record, plaintext);
                if (content instanceof ChannelMessage.Content.Rekey) {
                    JsonObject keys = isSimultaneous(event) ? second : first;
                    side.opener = RecordCipher.ofKey(hex(keys.get(name + "_send")));
                }
            } else {
                side.tape.put(record);
                switch (content) {
                    case ChannelMessage.Content.User user ->
                        assertThat(side.heard()).isEqualTo(bytes(user.payload()));
                    case ChannelMessage.Content.Rekey rekey -> {
                        int now = ++rekeys;
                        Awaitility.await().until(() -> side.channel.rekeys() == now);
                    }
                }
            }
        }
        assertThat(side.channel.rekeys()).isEqualTo(2);
        side.end();
    }

    private static boolean isSimultaneous(JsonObject event) {
        return event.get("what").getAsString().startsWith("simultaneous");
    }

    private static boolean isFrom(String name, JsonObject event) {
        return event.get("from").getAsString().equals(name);
    }

    @ParameterizedTest
    @CsvSource({"0,client", "0,relay", "1,client", "1,relay", "2,client", "2,relay"})
    void legOfTheScenario(int number, String name) throws IOException, InterruptedException {
        JsonObject scenario = json("relay_scenario.json");
        JsonObject leg = objects(scenario.get("legs")).get(number);
        boolean client = name.equals("client");
        JsonObject ephemeral = leg.getAsJsonObject(name + "Ephemeral");
        var script = exchange(new Script().nonce(hex(ephemeral.get("randNonce"))), ephemeral);
        Ed25519KeyPair own = leg.get("clientName").getAsString().equals("client D") ? D : C;
        var side = new Side(
                client ? own : R,
                client ? Optional.of(R.publicKey()) : Optional.empty(),
                script,
                leg.getAsJsonObject(name),
                leg.getAsJsonObject(client ? "relay" : "client"));
        assertThat(side.channel.peer()).isEqualTo((client ? R : own).publicKey());
        int seen = 0;
        for (JsonObject frame : objects(scenario.get("frames"))) {
            if (!frame.get("leg").getAsString().equals(leg.get("leg").getAsString())) {
                continue;
            }
            seen++;
            byte[] message = hex(frame.get("kaMessage"));
            byte[] framed = hex(frame.get("frame"));
            byte[] record = Arrays.copyOfRange(framed, Long.BYTES, framed.length);
            if (frame.get("direction").getAsString().startsWith(name)) {
                side.channel.send(ByteBuffer.wrap(message));
                side.assertSends(
                        record,
                        bytes(ChannelMessage.encode(
                                new ChannelMessage.Content.User(ByteBuffer.wrap(message)),
                                ByteBuffer.allocate(0),
                                ChannelMessage.Shape.NESTED)));
            } else {
                side.tape.put(record);
                assertThat(side.heard()).isEqualTo(message);
            }
        }
        assertThat(seen).isGreaterThan(2);
        side.end();
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "D"})
    void channelWithinTheTunnelOfTheScenario(String name) throws IOException, InterruptedException {
        JsonObject ends = json("relay_scenario.json").getAsJsonObject("endToEnd");
        boolean dialer = name.equals("C");
        JsonObject ephemeral = ends.getAsJsonObject(name).getAsJsonObject("ephemeral");
        var script = exchange(new Script().nonce(hex(ephemeral.get("randNonce"))), ephemeral);
        JsonObject records = ends.getAsJsonObject("innerCiphertexts");
        byte[] ours = hex(records.get("from" + name));
        byte[] theirs = hex(records.get(dialer ? "fromD" : "fromC"));
        ByteBuffer opened = ByteBuffer.allocate(ours.length);
        assertThat(RecordCipher.ofKey(hex(ends.getAsJsonObject(name).get("sendKey")))
                        .open(ByteBuffer.wrap(ours), opened))
                .isTrue();
        byte[] plaintext = bytes(opened.flip());
        ChannelMessage.Decoded decoded = decode(plaintext);
        script.padding(padding(decoded.padding()));

        var side = new Side(
                dialer ? C : D,
                Optional.of((dialer ? D : C).publicKey()),
                script,
                ends.getAsJsonObject(name),
                ends.getAsJsonObject(dialer ? "D" : "C"));
        side.channel.send(((ChannelMessage.Content.User) decoded.content()).payload());
        side.assertSends(ours, plaintext);
        side.tape.put(theirs);
        assertThat(side.heard()).isNotEmpty();
        side.end();
    }

    @Test
    void reorderedTapeIsNotTheTranscript() throws IOException, InterruptedException {
        JsonObject transcript = json("leg_transcript.json");
        List<byte[]> records = objects(transcript.get("events")).stream()
                .filter(event -> event.has("plaintext")
                        && event.get("from").getAsString().equals("C"))
                .map(event -> hex(event.get("payload")))
                .toList();
        JsonObject ours = transcript.getAsJsonObject("R");
        var script = exchange(
                new Script().nonce(hex(ours.getAsJsonObject("ephemeral").get("randNonce"))),
                ours.getAsJsonObject("ephemeral"));
        var side = new Side(R, Optional.empty(), script, ours, transcript.getAsJsonObject("C"));
        side.tape.put(records.get(1));
        assertThatReadingFails(side);
    }

    private static void assertThatReadingFails(Side side) {
        assertThat(side.reading.failure())
                .isInstanceOf(dev.posthouse.net.ProtocolViolation.class)
                .hasMessageContaining("altered, repeated or left out");
    }
}
