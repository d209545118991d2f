package dev.posthouse.net.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.net.budget.MemoryBudget;
import dev.posthouse.net.http.HeadReader.Received;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadReaderTest {

    private static final int ENOUGH = 8 * 1024;
    private static final String DIAL = """
            DIAL /MY_TOKEN HTTP/1.1\r
            Host: rdv.example.com:8080\r
            Connection: upgrade\r
            Rdv-Self-Addrs: 192.168.1.16:39841, [2001:db8::16]:39841\r
            Upgrade: rdv/1\r
            \r
            """;
    private static final String SWITCHING = """
            HTTP/1.1 101 Switching Protocols\r
            Connection: upgrade\r
            Rdv-Peer-Addrs: \r
            Upgrade: rdv/1\r
            \r
            """;

    @Test
    void aRequestComesWithItsPartsAsTheyWereSent() throws IOException {
        RequestHead head = request(DIAL);

        assertThat(head.method()).isEqualTo("DIAL");
        assertThat(head.target()).isEqualTo("/MY_TOKEN");
        assertThat(head.version()).isEqualTo("HTTP/1.1");
        assertThat(head.headers())
                .isEqualTo(Headers.builder()
                        .add("Host", "rdv.example.com:8080")
                        .add("Connection", "upgrade")
                        .add("Rdv-Self-Addrs", "192.168.1.16:39841, [2001:db8::16]:39841")
                        .add("Upgrade", "rdv/1")
                        .build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n", "\r\n\r\n\n"})
    void emptyLinesBeforeARequestAreSkipped(String before) throws IOException {
        byte[] all = bytes(before + DIAL + before + DIAL + "behind");
        for (int cut = 1; cut <= all.length; cut++) {
            Received<RequestHead> first = HeadReader.readRequest(Pieces.cutAt(all, cut), ENOUGH);
            Received<RequestHead> second = HeadReader.readRequest(first.rest(), ENOUGH);
            assertThat(first.head()).isEqualTo(request(DIAL));
            assertThat(second.head()).isEqualTo(request(DIAL));
            assertThat(Pieces.drain(second.rest())).isEqualTo(bytes("behind"));
        }
    }

    @Test
    void emptyLinesCountAgainstTheLongestHead() {
        assertThat(catchThrowableOfType(MalformedHead.class, () -> request("\r\n".repeat(ENOUGH))))
                .extracting(MalformedHead::status)
                .isEqualTo(431);
    }

    /** What a proxy in front could understand as something else than we do, which is how requests are smuggled. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "Content-Length: 3|Transfer-Encoding: chunked > Content-Length or Transfer-Encoding",
                "Transfer-Encoding: chunked|content-length: 0 > Content-Length or Transfer-Encoding",
                "Content-Length: 3|Content-Length: 4 > one Content-Length",
                "Content-Length: 3|Content-Length: 03 > one Content-Length",
                "Content-Length: 3, 3 > malformed Content-Length",
                "Content-Length: +3 > malformed Content-Length",
                "Content-Length: -3 > malformed Content-Length",
                "Content-Length: 0x3 > malformed Content-Length",
                "Content-Length: 3 3 > malformed Content-Length",
                "Content-Length: > malformed Content-Length",
                "Content-Length: 99999999999999999999 > malformed Content-Length",
                "Transfer-Encoding: chunked|Transfer-Encoding: chunked > Transfer-Encoding is chunked, once",
                "Transfer-Encoding: gzip, chunked > Transfer-Encoding is chunked, once",
                "Transfer-Encoding: xchunked > Transfer-Encoding is chunked, once",
                "Transfer-Encoding: > Transfer-Encoding is chunked, once",
                "Content-Length : 3 > right before the colon",
                "Transfer-Encoding\t: chunked > right before the colon",
                "A: b| folded > is folded",
                "A: b|\tfolded > is folded",
                "A: b{CR}Content-Length: 3 > control character",
                "A: b{NUL} > control character",
                ": b > no good name",
                "A > no colon",
                "Host: b > too many Host",
            })
    void aRequestThatCanBeReadInTwoWaysIsRefused(String lines, String explanation) {
        String more = lines.replace("|", "\r\n").replace("{CR}", "\r").replace("{NUL}", "\0");
        MalformedHead refused = catchThrowableOfType(
                MalformedHead.class, () -> request(DIAL.replace("Connection:", more + "\r\nConnection:")));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.explanation()).contains(explanation);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a/b", "a@b", "a?b", "a\"b", "a\\b", "<a>", "\u00e4"})
    void aHostThatCannotBeOneIsRefused(String host) {
        MalformedHead refused = catchThrowableOfType(
                MalformedHead.class, () -> request(DIAL.replace("Host: rdv.example.com:8080", "Host: " + host)));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.explanation()).contains("malformed Host");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 0",
                "Content-Length: 3\r\nContent-Length: 3",
                "Transfer-Encoding: Chunked",
                "Content-Length:3 "
            })
    void aRequestWithOneWordAboutItsBodyIsTaken(String lines) throws IOException {
        assertThat(request(DIAL.replace("Connection:", lines + "\r\nConnection:"))
                        .method())
                .isEqualTo("DIAL");
    }

    @Test
    void aResponseComesWithItsPartsAsTheyWereSent() throws IOException {
        ResponseHead head = response(SWITCHING);

        assertThat(head.version()).isEqualTo("HTTP/1.1");
        assertThat(head.status()).isEqualTo(101);
        assertThat(head.reason()).isEqualTo("Switching Protocols");
        assertThat(head.headers().first("rdv-peer-addrs")).contains("");
    }

    @Test
    void everyCutOfARequestGivesTheSameHeadAndLeavesWhatIsBehind() throws IOException {
        byte[] all = bytes(DIAL + "behind\n\r\n\0");
        for (int cut = 1; cut <= all.length; cut++) {
            Received<RequestHead> received = HeadReader.readRequest(Pieces.cutAt(all, cut), ENOUGH);
            assertThat(received.head()).as("cut at %d", cut).isEqualTo(request(DIAL));
            assertThat(Pieces.drain(received.rest())).as("cut at %d", cut).isEqualTo(bytes("behind\n\r\n\0"));
        }
    }

    @Test
    void everyCutOfAResponseGivesTheSameHeadAndLeavesWhatIsBehind() throws IOException {
        byte[] all = bytes(SWITCHING + "CONTINUE\nhello");
        for (int cut = 1; cut <= all.length; cut++) {
            Received<ResponseHead> received = HeadReader.readResponse(Pieces.cutAt(all, cut), ENOUGH);
            assertThat(received.head()).as("cut at %d", cut).isEqualTo(response(SWITCHING));
            assertThat(Pieces.drain(received.rest())).as("cut at %d", cut).isEqualTo(bytes("CONTINUE\nhello"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 1023, 1024, 1025})
    void aHeadLongerThanTheFirstBufferComesInPiecesOfAnySize(int size) throws IOException {
        String value = "x".repeat(5000);
        byte[] all = bytes("GET / HTTP/1.1\r\nHost: a\r\nLong: " + value + "\r\n\r\nbehind");

        Received<RequestHead> received = HeadReader.readRequest(Pieces.of(all, size), ENOUGH);

        assertThat(received.head().headers().first("Long")).contains(value);
        assertThat(Pieces.drain(received.rest())).isEqualTo(bytes("behind"));
    }

    @Test
    void headsThatCameTogetherAreReadOneAfterTheOther() throws IOException {
        ByteStream stream = Pieces.whole(bytes(DIAL + DIAL.replace("DIAL", "ACCEPT") + "rest"));

        Received<RequestHead> first = HeadReader.readRequest(stream, ENOUGH);
        Received<RequestHead> second = HeadReader.readRequest(first.rest(), ENOUGH);

        assertThat(first.head().method()).isEqualTo("DIAL");
        assertThat(second.head().method()).isEqualTo("ACCEPT");
        assertThat(Pieces.drain(second.rest())).isEqualTo(bytes("rest"));
    }

    @Test
    void aStreamThatBroughtNothingBehindTheHeadComesBackAsItIs() throws IOException {
        ByteStream stream = Pieces.whole(bytes(DIAL));

        assertThat(HeadReader.readRequest(stream, ENOUGH).rest()).isSameAs(stream);
    }

    @Test
    void whatADetectionPutBackIsPartOfTheHead() throws IOException {
        ByteStream stream =
                PushbackStream.of(Pieces.whole(bytes(DIAL.substring(4))), ByteBuffer.wrap(bytes(DIAL.substring(0, 4))));

        assertThat(HeadReader.readRequest(stream, ENOUGH).head()).isEqualTo(request(DIAL));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 1023, 1024, 1025, 2048, 3000})
    void aHeadMayHaveTheBoundAndNotOneByteMore(int bound) throws IOException {
        String frame = "GET / HTTP/1.1\r\nHost: a\r\nLong: \r\n\r\n";
        String atBound = frame.replace("Long: ", "Long: " + "x".repeat(bound - frame.length()));
        byte[] behind = bytes(atBound + "behind");
        byte[] longer = bytes(atBound.replace("Long: ", "Long: x"));

        assertThat(Pieces.drain(
                        HeadReader.readRequest(Pieces.whole(behind), bound).rest()))
                .isEqualTo(bytes("behind"));
        assertThat(Pieces.drain(
                        HeadReader.readRequest(Pieces.of(behind, 1), bound).rest()))
                .isEqualTo(bytes("behind"));
        assertThat(refusal(Pieces.whole(longer), bound).status()).isEqualTo(431);
        assertThat(refusal(Pieces.of(longer, 1), bound))
                .extracting(MalformedHead::status, MalformedHead::explanation)
                .containsExactly(431, "head too long: " + bound + " bytes are allowed");
    }

    @Test
    void notMoreThanTheBoundIsReadFromAHeadThatNeverEnds() {
        Pieces stream = Pieces.whole(new byte[10_000]);

        assertThat(refusal(stream, 3000).status()).isEqualTo(431);
        ByteBuffer rest = ByteBuffer.allocate(10_000);
        assertThat(stream.read(rest)).isEqualTo(7000);
    }

    @Test
    void aHeadMayHaveAHundredLinesAndNotOneMore() throws IOException {
        String head = "GET / HTTP/1.1\r\nHost: a\r\n" + "n: v\r\n".repeat(99);

        assertThat(request(head + "\r\n").headers().all("n")).hasSize(99);
        assertThat(refusal(head + "n: v\r\n\r\n").status()).isEqualTo(431);
    }

    @Test
    void anEndBeforeTheHeadIsWholeSaysHowFarItCame() {
        byte[] all = bytes(DIAL);
        assertThatThrownBy(() -> HeadReader.readRequest(Pieces.whole(new byte[0]), ENOUGH))
                .isInstanceOf(EOFException.class)
                .hasMessage("closed before the head was whole: without a byte");
        for (int length = 1; length < all.length; length++) {
            byte[] part = bytes(DIAL.substring(0, length));
            assertThatThrownBy(() -> HeadReader.readRequest(Pieces.whole(part), ENOUGH))
                    .isInstanceOf(EOFException.class)
                    .hasMessage("closed before the head was whole: after %d bytes", length);
        }
    }

    @Test
    void aLoneLineFeedEndsALine() throws IOException {
        assertThat(request(DIAL.replace("\r", ""))).isEqualTo(request(DIAL));
        assertThat(request("GET / HTTP/1.1\nHost: a\r\n\n").headers().first("host"))
                .contains("a");
    }

    @Test
    void valuesLoseTheBlanksAroundThemAndNamesKeepTheirCase() throws IOException {
        StringBuilder seen = new StringBuilder();
        request("GET / HTTP/1.1\r\nHOST:a\r\nx-Y: \t b \t c\t \r\nempty:\r\nblank: \t\r\n\r\n")
                .headers()
                .forEach((name, value) ->
                        seen.append(name).append('=').append(value).append(';'));

        assertThat(seen).hasToString("HOST=a;x-Y=b \t c;empty=;blank=;");
    }

    @Test
    void valuesAndTargetsKeepEveryByteOfLatin1() throws IOException {
        String upper = "\u0080\u00a0\u00ff";

        RequestHead head = request("GET /" + upper + " HTTP/1.1\r\nHost: a\r\nv: " + upper + "\r\n\r\n");

        assertThat(head.target()).isEqualTo("/" + upper);
        assertThat(head.headers().first("v")).contains(upper);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DIAL", "accept", "M-SEARCH", "!#$%&'*+-.^_`|~09azAZ"})
    void anyTokenIsAMethod(String method) throws IOException {
        assertThat(request(method + " / HTTP/1.1\r\nHost: a\r\n\r\n").method()).isEqualTo(method);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "*", "//x", "/a%20b?q=\"<>\"#f", "http://h/p", "host:443", "%zz"})
    void aTargetStaysAsItIs(String target) throws IOException {
        assertThat(request("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").target())
                .isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.0", "HTTP/1.1", "HTTP/1.2", "HTTP/1.9"})
    void everyMinorVersionIsAcceptedAndKept(String version) throws IOException {
        assertThat(request("GET / " + version + "\r\nHost: a\r\n\r\n").version())
                .isEqualTo(version);
        assertThat(response(version + " 200 OK\r\n\r\n").version()).isEqualTo(version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/2.0", "HTTP/0.9", "HTTP/3.1"})
    void anotherMajorVersionIsNotSupported(String version) {
        assertThat(refusal("PRI * " + version + "\r\n\r\n").status()).isEqualTo(505);
        assertThat(responseRefusal(version + " 200 OK\r\n\r\n").status()).isEqualTo(505);
    }

    @Test
    void aNonsenseFirstLineIsRefusedWithoutWaitingForMore() {
        assertThat(refusal("GARBAGE\r\n").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET",
                "GET /",
                " GET / HTTP/1.1",
                " / HTTP/1.1",
                "GET  HTTP/1.1",
                "GET  / HTTP/1.1",
                "GET /  HTTP/1.1",
                "GET / HTTP/1.1 ",
                "GET / a HTTP/1.1",
                "GET\t/ HTTP/1.1",
                "G(T / HTTP/1.1",
                "G\u00c4T / HTTP/1.1",
                "GET /\t HTTP/1.1",
                "GET /\u007f HTTP/1.1",
                "GET /\0 HTTP/1.1",
                "GET /\r HTTP/1.1",
                "GET / HTTP/1.1\r",
                "GET / http/1.1",
                "GET / HTTP/1.10",
                "GET / HTTP/11",
                "GET / HTTP/2",
                "GET / HTTP/x.1",
                "GET / HTTP/1.x",
            })
    void aMalformedRequestLineIsABadRequest(String line) {
        assertThat(refusal(line + "\r\nHost: a\r\n\r\n").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
                    ' folded'|header line 2 is folded: a value stands in one line
                    '\tfolded'|header line 2 is folded: a value stands in one line
                    'no colon'|header line 2 has no good name: a name is a token right before the colon
                    'nocolon'|header line 2 has no colon: a line is a name, a colon and a value
                    ': no name'|header line 2 has no good name: a name is a token right before the colon
                    'name : blank'|header line 2 has no good name: a name is a token right before the colon
                    'name\t: tab'|header line 2 has no good name: a name is a token right before the colon
                    'na(me: v'|header line 2 has no good name: a name is a token right before the colon
                    'na\u00efve: v'|header line 2 has no good name: a name is a token right before the colon
                    'n\0: v'|header line 2 has no good name: a name is a token right before the colon
                    'n: nul\0'|header n has a control character in its value
                    'n: bare\rcr'|header n has a control character in its value
                    'n: bell\u0007'|header n has a control character in its value
                    'n: delete\u007f'|header n has a control character in its value
                    """)
    void aMalformedHeaderLineIsABadRequestAndSaysWhy(String line, String explanation) {
        assertThat(refusal("GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n"))
                .extracting(MalformedHead::status, MalformedHead::explanation)
                .containsExactly(400, explanation);
        assertThat(responseRefusal("HTTP/1.1 200 OK\r\nHost: a\r\n" + line + "\r\n\r\n"))
                .extracting(MalformedHead::status, Throwable::getMessage)
                .containsExactly(400, explanation);
    }

    @Test
    void aCarriageReturnTooManyIsNoLineEnd() {
        assertThat(refusal("GET / HTTP/1.1\r\nHost: a\r\n\r\r\n").status()).isEqualTo(400);
        assertThat(refusal("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n").status()).isEqualTo(400);
    }

    @Test
    void aRequestNamesItsHostOnce() throws IOException {
        assertThat(refusal("DIAL /t HTTP/1.1\r\nUpgrade: rdv/1\r\n\r\n"))
                .extracting(MalformedHead::status, MalformedHead::explanation)
                .containsExactly(400, "missing required Host header");
        assertThat(refusal("DIAL /t HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"))
                .extracting(MalformedHead::status, MalformedHead::explanation)
                .containsExactly(400, "too many Host headers");
        assertThat(request("DIAL /t HTTP/1.0\r\n\r\n").headers()).isEqualTo(Headers.NONE);
        assertThat(request("DIAL /t HTTP/1.1\r\nHost:\r\n\r\n").headers().first("Host"))
                .contains("");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
                    HTTP/1.1 200|200|''
                    'HTTP/1.1 200 '|200|''
                    HTTP/1.0 426 Upgrade Required|426|Upgrade Required
                    HTTP/1.1 400 Bad Request: missing required Host header|400|Bad Request: missing required Host header
                    HTTP/1.1 100 Continue|100|Continue
                    HTTP/1.1 999 \u00e4\t|999|'\u00e4\t'
                    """)
    void aStatusComesWithOrWithoutAReason(String line, int status, String reason) throws IOException {
        assertThat(response(line + "\r\n\r\n"))
                .extracting(ResponseHead::status, ResponseHead::reason)
                .containsExactly(status, reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1",
                "HTTP/1.1 ",
                "HTTP/1.1 20",
                "HTTP/1.1 2000",
                "HTTP/1.1 20x",
                "HTTP/1.1 099",
                "HTTP/1.1 +20",
                "HTTP/1.1  200",
                "HTTP/1.1 200\tOK",
                "HTTP/1.1 200 O\rK",
                "HTTP/1.1 200 O\0K",
                "HTTP 200 OK",
                "ICY 200 OK",
            })
    void aMalformedStatusLineIsRefused(String line) {
        assertThat(responseRefusal(line + "\r\n\r\n").status()).isEqualTo(400);
    }

    @Test
    void aBoundBelowOneByteIsAnError() {
        assertThatThrownBy(() -> HeadReader.readRequest(Pieces.whole(bytes(DIAL)), 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsHeldOfAHeadIsCountedWhileItIsReadAndNotLonger() throws IOException {
        byte[] head = bytes("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(3_000) + "\r\n\r\n");
        var budget = new MemoryBudget(4_096, 0, Duration.ofMillis(1));
        try (Holding holding = budget.open("peer")) {
            HeadReader.readRequest(Pieces.of(head, 100), ENOUGH, holding);
            assertThat(budget.held()).isZero();
            try (Holding other = budget.open("other")) {
                other.take(100, "something else");
                assertThatThrownBy(() -> HeadReader.readRequest(Pieces.of(head, 100), ENOUGH, holding))
                        .isInstanceOf(LimitExceeded.class);
                assertThat(budget.held()).isEqualTo(100);
                HeadReader.readRequest(Pieces.whole(bytes(DIAL)), ENOUGH, holding);
                other.take(4_000 - 100, "something else");
                assertThatThrownBy(() -> HeadReader.readRequest(Pieces.whole(bytes(DIAL)), ENOUGH, holding))
                        .isInstanceOf(LimitExceeded.class);
            }
        }
    }

    private static RequestHead request(String text) throws IOException {
        return HeadReader.readRequest(Pieces.whole(bytes(text)), ENOUGH).head();
    }

    private static ResponseHead response(String text) throws IOException {
        return HeadReader.readResponse(Pieces.whole(bytes(text)), ENOUGH).head();
    }

    private static MalformedHead refusal(String text) {
        return refusal(Pieces.of(bytes(text), 1), ENOUGH);
    }

    private static MalformedHead refusal(ByteStream stream, int maxBytes) {
        return catchThrowableOfType(MalformedHead.class, () -> HeadReader.readRequest(stream, maxBytes));
    }

    private static MalformedHead responseRefusal(String text) {
        return catchThrowableOfType(
                MalformedHead.class, () -> HeadReader.readResponse(Pieces.whole(bytes(text)), ENOUGH));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
