package dev.posthouse.rdv.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.http.HeadReader;
import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.MalformedHead;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.net.http.ResponseHead;
import dev.posthouse.net.memory.MemoryPair;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** Any head is a request or a response of ours or a declared refusal, and what was read reads equal once written. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // one fuzzing run is one test
class HeadsFuzzTest {

    private static final ServerAddress SERVER = ServerAddress.parse("http://relay.example");

    @FuzzTest(maxDuration = "2m")
    void requests(byte[] bytes) throws IOException {
        Optional<RequestHead> head = head(bytes, HeadReader::readRequest);
        if (head.isEmpty()) {
            return;
        }
        try {
            RdvRequest request = RdvRequest.parse(
                    head.get(), RequestTarget.below("/", head.get().target()));
            assertThat(request.token()).isNotEmpty();
            assertThat(request.token().chars()).allMatch(c -> c <= 0xff);
            assertThat(request.selfAddrs()).hasSizeLessThanOrEqualTo(Rdv.MAX_SELF_ADDRS);
            assertThat(request.extensions().roundTrip().orElse(Duration.ofNanos(1)))
                    .isBetween(Duration.ofNanos(1), Duration.ofSeconds(10));
            assertThat(request.toString()).matches("(DIAL|ACCEPT) with [0-9] candidates");
            assertReadsEqual(request);
        } catch (RefusedRequest e) {
            assertAnswer(e.refusal());
        }
    }

    /** Below a prefix a path is what stands behind it, or a 404. */
    @FuzzTest(maxDuration = "2m")
    void targets(byte[] bytes) {
        String target = new String(bytes, StandardCharsets.ISO_8859_1);
        for (String prefix : new String[] {"/", "/rdv", "/rdv/"}) {
            try {
                String path = RequestTarget.below(prefix, target);
                assertThat(path).startsWith(target.equals("*") ? "*" : "/").doesNotContain("?");
                assertThat(target).contains(path.equals("/") ? "" : path);
            } catch (RefusedRequest e) {
                assertThat(e.refusal().status()).isIn(400, 404);
                assertAnswer(e.refusal());
            }
        }
    }

    @FuzzTest(maxDuration = "2m")
    void responses(byte[] bytes) throws IOException {
        Optional<ResponseHead> head = head(bytes, HeadReader::readResponse);
        if (head.isEmpty()) {
            return;
        }
        try {
            RdvResponse response = RdvResponse.parse(head.get());
            assertThat(response.peerAddrs()).hasSizeLessThanOrEqualTo(Rdv.MAX_PEER_ADDRS);
            RdvResponse again = RdvResponse.parse(HeadReader.readResponse(stream(response.write()), Rdv.MAX_HEAD)
                    .head());
            assertThat(again)
                    .isEqualTo(new RdvResponse(
                            AddressPort.canonical(response.peerAddrs()), response.observed(), response.peer()));
        } catch (ProtocolViolation e) {
            assertThat(e.getMessage()).startsWith("bad http handshake: ");
        }
    }

    /** What a client of ours would send for the same thing comes out the same. */
    private static void assertReadsEqual(RdvRequest request) throws IOException {
        byte[] written;
        try {
            // A percent sign is written as an escape, and that is all that a token's path needs to be safe.
            StringBuilder escaped = new StringBuilder();
            for (char c : request.token().toCharArray()) {
                escaped.append("%%%02X".formatted((int) c));
            }
            written = RdvRequest.write(
                    request.method(),
                    SERVER,
                    Token.of(escaped.toString()),
                    request.selfAddrs(),
                    request.extensions(),
                    Headers.NONE);
        } catch (IllegalArgumentException e) {
            throw new AssertionError("what was read cannot be written", e);
        }
        RequestHead head =
                HeadReader.readRequest(stream(written), 4 * Rdv.MAX_HEAD).head();
        try {
            RdvRequest again = RdvRequest.parse(head, RequestTarget.below("/", head.target()));
            assertThat(again.token()).isEqualTo(request.token());
            assertThat(again.selfAddrs()).isEqualTo(request.selfAddrs());
            assertThat(again.extensions()).isEqualTo(request.extensions());
        } catch (RefusedRequest e) {
            throw new AssertionError("what we wrote was refused", e);
        }
    }

    private static void assertAnswer(Refusal refusal) {
        assertThat(refusal.status()).isBetween(400, 505);
        // One line: whoever asked must not be able to put a header or a second answer into it.
        assertThat(refusal.body()).doesNotContain("\n", "\r");
    }

    private interface Reading<T> {
        HeadReader.Received<T> from(ByteStream stream, int maxBytes) throws IOException;
    }

    private static <T> Optional<T> head(byte[] bytes, Reading<T> reading) throws IOException {
        try {
            return Optional.of(reading.from(stream(bytes), Rdv.MAX_HEAD).head());
        } catch (MalformedHead | EOFException e) {
            return Optional.empty();
        }
    }

    /** A stream that brings these bytes, then its end. */
    private static ByteStream stream(byte[] bytes) throws IOException {
        MemoryPair pair = MemoryPair.create();
        pair.left().shutdownOutput();
        return PushbackStream.of(pair.right(), ByteBuffer.wrap(bytes.clone()));
    }

    /** A server's address is read or refused with what would be right, and its target is one line. */
    @FuzzTest(maxDuration = "2m")
    void addressesAndTokens(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int blank = text.indexOf(' ');
        String address = blank < 0 ? text : text.substring(0, blank);
        String word = blank < 0 ? text : text.substring(blank + 1);
        Optional<ServerAddress> server = refusedOr(() -> ServerAddress.parse(address));
        Optional<Token> token = refusedOr(() -> Token.of(word));
        server.ifPresent(one -> {
            assertThat(one.port()).isBetween(1, 65_535);
            assertThat(one.host()).isNotEmpty();
            assertThat(one.hostHeader()).matches("[!-~]+");
            assertThat(one.toString()).doesNotContain("?", "#", "@");
        });
        token.ifPresent(one -> {
            assertThat(one.target(server.orElse(SERVER))).startsWith("/");
            assertThat(one.target(SERVER)).matches("/[!-~]*").doesNotContain("?", "#");
            assertThat(one.onHeaderLine()).matches("[!-~]+");
            String raw = new String(word.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            assertThat(Proof.ofToken(one).isShownBy(new HeaderLine("DIAL", raw), Method.ACCEPT))
                    .isTrue();
        });
    }

    private interface Reads<T> {
        T get();
    }

    private static <T> Optional<T> refusedOr(Reads<T> reads) {
        try {
            return Optional.of(reads.get());
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return Optional.empty();
        }
    }
}
