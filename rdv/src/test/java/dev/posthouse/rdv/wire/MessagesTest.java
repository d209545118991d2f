package dev.posthouse.rdv.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.http.HeadReader;
import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.net.http.ResponseHead;
import dev.posthouse.net.memory.Link;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.rdv.Vectors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests, responses, refusals and lines against the recorded bytes. */
class MessagesTest {

    private static final String NONCE = "00112233445566778899aabbccddeeff";

    private static RequestHead request(String text) throws IOException {
        return HeadReader.readRequest(stream(text), Rdv.MAX_HEAD).head();
    }

    private static ResponseHead response(String text) throws IOException {
        return HeadReader.readResponse(stream(text), Rdv.MAX_HEAD).head();
    }

    private static ByteStream stream(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        MemoryPair pair = MemoryPair.create(Link.DEFAULT.withBufferSize(bytes.length + 1));
        pair.left().write(ByteBuffer.wrap(bytes));
        pair.left().shutdownOutput();
        return pair.right();
    }

    private static RdvRequest parse(String text) throws IOException, RefusedRequest {
        RequestHead head = request(text);
        return RdvRequest.parse(head, RequestTarget.below("/", head.target()));
    }

    @ParameterizedTest
    @CsvSource({
        "01-request-dial.http, DIAL, MY_TOKEN, '192.168.1.16:39841, [2001:db8::16]:39841'",
        "02-request-accept.http, ACCEPT, MY_TOKEN, '192.168.1.20:41235'",
        "03-request-dial-subpath-auth.http, DIAL, rdv/a b/ü, '192.168.1.16:39841'",
        "04-request-dial-relay-only.http, DIAL, MY_TOKEN, ''",
    })
    void recordedRequestIsRead(String file, Method method, String token, String addresses)
            throws IOException, RefusedRequest {
        RdvRequest request = parse(Vectors.text(file));
        assertThat(request.method()).isEqualTo(method);
        assertThat(request.tokenText()).isEqualTo(token);
        assertThat(AddressPort.formatList(request.selfAddrs())).isEqualTo(addresses);
        assertThat(request.extensions()).isEqualTo(Extensions.NONE);
    }

    @Test
    void requestIsWrittenWithTheLinesOfTheOriginal() throws IOException {
        byte[] written = RdvRequest.write(
                Method.DIAL,
                ServerAddress.parse("http://rdv.example.com:8080"),
                Token.of("MY_TOKEN"),
                AddressPort.parseList("192.168.1.16:39841, [2001:db8::16]:39841"),
                new Extensions(Optional.of(Duration.ofNanos(1_234_567)), Optional.of(1), Optional.of(NONCE)),
                Headers.builder()
                        .add("Upgrade", "h2c")
                        .add("User-Agent", "Go-http-client/1.1")
                        .build());
        RequestHead ours = request(new String(written, StandardCharsets.ISO_8859_1));
        RequestHead theirs = request(Vectors.text("01-request-dial.http"));
        assertThat(ours.method() + ours.target() + ours.version())
                .isEqualTo(theirs.method() + theirs.target() + theirs.version());
        theirs.headers()
                .forEach((name, value) ->
                        assertThat(ours.headers().all(name)).as(name).containsExactly(value));
        assertThat(ours.headers().first(Rdv.ROUND_TRIP)).contains("1234");
        assertThat(ours.headers().first(Rdv.STREAM)).contains("1");
        assertThat(ours.headers().first(Rdv.PROOF)).contains(NONCE);
    }

    @Test
    void readExtensionsAreThoseThatWereWritten() throws IOException, RefusedRequest {
        byte[] written = RdvRequest.write(
                Method.ACCEPT,
                ServerAddress.parse("http://[::1]:1"),
                Token.of("t"),
                List.of(),
                new Extensions(Optional.of(Duration.ofMillis(20)), Optional.of(7), Optional.of(NONCE)),
                Headers.NONE);
        assertThat(parse(new String(written, StandardCharsets.ISO_8859_1)).extensions())
                .isEqualTo(new Extensions(Optional.of(Duration.ofMillis(20)), Optional.of(7), Optional.of(NONCE)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "1.0", "one", "99999", "1, 2"})
    void aStreamVersionThatIsNoneIsIgnored(String version) throws IOException, RefusedRequest {
        assertThat(parse("DIAL /t HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: rdv/1\r\nPosthouse-Stream: "
                                + version + "\r\n\r\n")
                        .extensions())
                .isEqualTo(Extensions.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "g0112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff0"})
    void aNonceThatIsNoneIsIgnored(String nonce) throws IOException, RefusedRequest {
        assertThat(parse("DIAL /t HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: rdv/1\r\nPosthouse-Proof: "
                                + nonce + "\r\n\r\n")
                        .extensions())
                .isEqualTo(Extensions.NONE);
    }

    @Test
    void aClientIsToldOnlyOfWhatItSaysOfItself() {
        var ours = new Extensions(Optional.of(Duration.ofMillis(3)), Optional.of(1), Optional.of(NONCE));
        var older = new Extensions(Optional.of(Duration.ofMillis(4)), Optional.empty(), Optional.empty());
        assertThat(Extensions.answer(Extensions.NONE, ours)).isEqualTo(Extensions.NONE);
        assertThat(Extensions.answer(older, ours))
                .isEqualTo(new Extensions(ours.roundTrip(), Optional.empty(), Optional.empty()));
        assertThat(Extensions.answer(ours, older)).isEqualTo(older);
        assertThat(Extensions.answer(ours, ours)).isEqualTo(ours);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "05-response-101-to-dialer.http",
                "06-response-101-to-accepter.http",
                "07-response-101-no-observed-no-peer-addrs.http"
            })
    void responseIsWrittenByteForByte(String file) throws IOException {
        String recorded = Vectors.text(file);
        RdvResponse read = RdvResponse.parse(response(recorded));
        assertThat(new String(read.write(), StandardCharsets.ISO_8859_1)).isEqualTo(recorded);
    }

    @Test
    void candidatesAreSortedAndNotRepeated() {
        var response = new RdvResponse(
                AddressPort.parseList("[::1]:1, 10.0.0.2:2, 9.0.0.1:7, 10.0.0.2:2, 10.0.0.2:1"),
                Optional.empty(),
                Extensions.NONE);
        assertThat(new String(response.write(), StandardCharsets.ISO_8859_1))
                .contains("Rdv-Peer-Addrs: 9.0.0.1:7, 10.0.0.2:1, 10.0.0.2:2, [::1]:1\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Connection: close;Upgrade: rdv/1 | requires connection upgrade",
                "Connection: upgrade | missing upgrade header",
                "Connection: upgrade;Upgrade: h2c | bad upgrade h2c",
                "Connection: upgrade;Upgrade: rdv/1;Rdv-Peer-Addrs: x | invalid peer addrs x",
                "Connection: upgrade;Upgrade: rdv/1;Rdv-Observed-Addr: invalid AddrPort | invalid observed addr",
                "Connection: upgrade;Upgrade: rdv/1;Rdv-Peer-Addrs: 1.1.1.1:1,1.1.1.1:2,1.1.1.1:3,1.1.1.1:4,1.1.1.1:5,"
                        + "1.1.1.1:6,1.1.1.1:7,1.1.1.1:8,1.1.1.1:9,1.1.1.1:10,1.1.1.1:11 | too many peer addrs",
            })
    void wrongResponseIsABadHandshake(String lines, String message) throws IOException {
        ResponseHead head = response("HTTP/1.1 101 X\r\n" + lines.replace(";", "\r\n") + "\r\n\r\n");
        assertThatThrownBy(() -> RdvResponse.parse(head))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageStartingWith("bad http handshake: ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "20-error-no-upgrade",
                "22-error-wrong-protocol",
                "23-error-http10",
                "24-error-missing-token",
                "25-error-unknown-method",
                "26-error-bad-self-addrs",
                "27-error-too-many-self-addrs",
                "29-error-missing-upgrade-header"
            })
    void refusalIsTheOriginals(String name) throws IOException {
        RequestHead head = request(Vectors.text(name + ".request.http"));
        String expected = Vectors.text(name + ".response.http");
        assertThatThrownBy(() -> RdvRequest.parse(head, RequestTarget.below("/", head.target())))
                .isInstanceOfSatisfying(RefusedRequest.class, e -> {
                    byte[] answer = e.refusal().response().toBytes(head.version(), false, Instant.EPOCH);
                    // What RFC 9110 demands of a 426 and the original leaves out.
                    String comparable = new String(answer, StandardCharsets.UTF_8)
                            .replace("Upgrade: rdv/1\r\n", "")
                            .replaceAll("Date: [^\r]*", "Date:");
                    assertThat(comparable).isEqualTo(expected.replaceAll("Date: [^\r]*", "Date:"));
                });
    }

    /** Spec 10.2 #4: some proxies rewrite the header. */
    @Test
    void connectionHeaderMayBeAList() throws IOException, RefusedRequest {
        assertThat(parse(Vectors.text("21-error-connection-list.request.http")).method())
                .isEqualTo(Method.DIAL);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "Connection: keep-alive|Connection: Upgrade > rdv/1",
                "Connection: close, upgrade > rdv/1",
                "Connection: upgrade|connection: keep-alive > h2c, RDV/1",
                "Connection: ,upgrade, > h2c|Upgrade: rdv/1",
            })
    void listHeadersAreListsOnOneLineOrSeveralBothWays(String connection, String upgrade)
            throws IOException, RefusedRequest {
        String lines = (connection + "|Upgrade: " + upgrade).replace("|", "\r\n") + "\r\n\r\n";

        assertThat(parse("DIAL /t HTTP/1.1\r\nHost: a\r\n" + lines).method()).isEqualTo(Method.DIAL);
        assertThat(RdvResponse.parse(response("HTTP/1.1 101 X\r\n" + lines)).peerAddrs())
                .isEmpty();
    }

    @Test
    void olderClientIsToldWhichVersionIsSpoken() throws IOException {
        RequestHead head = request(Vectors.text("older-01-request-dial.http"));
        assertThatThrownBy(() -> RdvRequest.parse(head, RequestTarget.below("/", head.target())))
                .isInstanceOfSatisfying(RefusedRequest.class, e -> {
                    assertThat(e.refusal().status()).isEqualTo(400);
                    assertThat(e.refusal().body()).contains("v0.0.6").contains("Rdv-Token");
                });
    }

    @Test
    void lateRefusalsAreTheOriginals() {
        assertThat(late(Refusal.NO_PEER)).isEqualTo(Vectors.text("30-late-408-lobby-timeout.http"));
        assertThat(late(Refusal.REPLACED)).isEqualTo(Vectors.text("31-late-409-replaced.http"));
        assertThat(late(Refusal.notIdle(dev.posthouse.net.Reason.PROTOCOL_ERROR)))
                .isEqualTo(Vectors.text("32-late-400-early-data.http"));
        assertThat(late(Refusal.SHUTTING_DOWN)).isEqualTo(Vectors.text("33-late-503-shutdown.http"));
        assertThat(late(new Refusal(403, "refused by the application", dev.posthouse.net.Reason.REJECTED)))
                .isEqualTo(Vectors.text("34-late-403-rejected.http"));
    }

    private static String late(Refusal refusal) {
        return new String(refusal.late(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void linesAreWrittenByteForByte() {
        assertThat(new String(new Command.Continue().write(), StandardCharsets.US_ASCII))
                .isEqualTo("CONTINUE\n");
        assertThat(new String(
                        new Command.Other(Optional.of(AddressPort.parse("192.168.1.20:41235"))).write(),
                        StandardCharsets.US_ASCII))
                .isEqualTo(Vectors.text("14-relay-dialer-to-server-p2p-chosen.bin"));
        assertThat(new String(Proof.ofToken(Token.of("a b/ü")).line(Method.DIAL), StandardCharsets.US_ASCII))
                .isEqualTo(Vectors.text("15-p2p-header-escaped-token.bin"));
    }

    @ParameterizedTest
    @CsvSource({
        "/rdv, /rdv/tok, /tok",
        "/rdv/, /rdv/tok, /tok",
        "/, //x, //x",
        "/, http://host/tok?a=b, /tok",
        "/, http://host, /",
        "/, *, *",
    })
    void targetIsReadBelowThePrefix(String prefix, String target, String path) throws RefusedRequest {
        assertThat(RequestTarget.below(prefix, target)).isEqualTo(path);
    }

    @Test
    void otherPathsAreNotFound() {
        assertThatThrownBy(() -> RequestTarget.below("/rdv", "/other/tok"))
                .isInstanceOfSatisfying(
                        RefusedRequest.class,
                        e -> assertThat(e.refusal().status()).isEqualTo(404));
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:8080, begins with http",
        "host, begins with http",
        "ftp://host/, begins with http",
        "http:///path, names no host",
        "http://host:70000/, not 70000",
        "http://host:0/, port 0 is none",
    })
    void wrongServerAddressSaysWhatIsRight(String address, String message) {
        assertThatThrownBy(() -> ServerAddress.parse(address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(message.contains("0") ? "1 to 65535" : "http://HOST");
    }
}
