package dev.posthouse.net.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.proxy.Decoded.Header;
import dev.posthouse.net.proxy.Decoded.NeedMore;
import dev.posthouse.net.proxy.Decoded.NotProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {

    private static final String SIGNATURE = "0d0a0d0a 000d0a51 5549540a";
    private static final String V2_TCP4 = SIGNATURE + "21 11 000c  c6336409 cb007107 9ba1 01bb";
    private static final String V2_TCP6 =
            SIGNATURE + "21 21 0024  20010db8000000000000000000000016 20010db8000000000000000000000001 9ba1 01bb";
    private static final String V2_LOCAL = SIGNATURE + "20 00 0000";

    private static final InetSocketAddress PEER4 = address("198.51.100.9", 39841);
    private static final InetSocketAddress US4 = address("203.0.113.7", 443);
    private static final InetSocketAddress PEER6 = address("2001:db8::16", 39841);
    private static final InetSocketAddress US6 = address("2001:db8::1", 443);

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 198.51.100.9 203.0.113.7 39841 443, 198.51.100.9, 203.0.113.7, 39841, 443",
        "PROXY TCP4 0.0.0.0 255.255.255.255 0 65535, 0.0.0.0, 255.255.255.255, 0, 65535",
        "PROXY TCP6 2001:db8::16 2001:db8::1 39841 443, 2001:db8::16, 2001:db8::1, 39841, 443",
        "PROXY TCP6 2001:DB8:0:0:0:0:0:16 ::1 1 2, 2001:db8::16, ::1, 1, 2",
        "PROXY TCP6 ::ffff:198.51.100.9 ::1 1 2, 198.51.100.9, ::1, 1, 2",
    })
    void aVersion1LineGivesItsAddresses(String line, String source, String destination, int from, int to)
            throws ProtocolViolation {
        assertThat(decode(ascii(line + "\r\nGET / HTTP/1.1\r\n")))
                .isEqualTo(
                        new Header(ProxyHeader.of(address(source, from), address(destination, to)), line.length() + 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UNKNOWN", "UNKNOWN ", "UNKNOWN ffff::1 ffff::2 1 2", "UNKNOWN \0\r\u00ff"})
    void anUnknownVersion1LineGivesNoneWhateverFollows(String rest) throws ProtocolViolation {
        String line = "PROXY " + rest + "\r\n";

        assertThat(decode(ascii(line + "behind"))).isEqualTo(new Header(ProxyHeader.UNKNOWN, line.length()));
    }

    @Test
    void aVersion1LineMayHave107BytesAndNotOneMore() throws ProtocolViolation {
        String longest = "PROXY UNKNOWN " + "x".repeat(91) + "\r\n";
        byte[] longer = ascii("PROXY UNKNOWN " + "x".repeat(92) + "\r\n");

        assertThat(longest).hasSize(107);
        assertThat(decode(ascii(longest + "behind"))).isEqualTo(new Header(ProxyHeader.UNKNOWN, 107));
        assertThat(decode(ascii(longest.substring(0, 106)))).isEqualTo(new NeedMore(107));
        assertThatThrownBy(() -> decode(longer))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage("PROXY header without an end: CR LF comes within 107 bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                "TCP4\r\n",
                "TCP5 1.2.3.4 1.2.3.4 1 2\r\n",
                "tcp4 1.2.3.4 1.2.3.4 1 2\r\n",
                "UNKNOWNS\r\n",
                "unknown\r\n",
                " TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
                "TCP4 1.2.3.4 1.2.3.4 1\r\n",
                "TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n",
                "TCP4 1.2.3.4 1.2.3.4 1 2 \r\n",
                "TCP4 1.2.3.4  1.2.3.4 1 2\r\n",
                "TCP4 1.2.3.4\t1.2.3.4 1 2\r\n",
                "TCP4 1.2.3 1.2.3.4 1 2\r\n",
                "TCP4 1.2.3.04 1.2.3.4 1 2\r\n",
                "TCP4 1.2.3.256 1.2.3.4 1 2\r\n",
                "TCP4 localhost 1.2.3.4 1 2\r\n",
                "TCP4 ::1 ::1 1 2\r\n",
                "TCP6 1.2.3.4 1.2.3.4 1 2\r\n",
                "TCP6 ::1 1.2.3.4 1 2\r\n",
                "TCP6 [::1] ::1 1 2\r\n",
                "TCP6 fe80::1%lo ::1 1 2\r\n",
                "TCP6 ::1 :: 1 65536\r\n",
                "TCP6 ::1 :: 01 2\r\n",
                "TCP6 ::1 :: -1 2\r\n",
                "TCP6 ::1 :: +1 2\r\n",
                "TCP6 ::1 ::  2\r\n",
                "TCP6 ::1 :: 1 99999999999\r\n",
                "TCP6 ::1 :: 1 2\n",
                "TCP6 ::1 :: 1 2\r\r\n",
                "TCP6 ::1 :: 1 2\0\r\n",
                "TCP4 1.2.3.4 1.2.3.4 1 \u0662\r\n",
            })
    void aMalformedVersion1LineIsAViolation(String rest) {
        assertThatThrownBy(() -> decode(ascii("PROXY " + rest)))
                .isInstanceOf(ProtocolViolation.class)
                .message()
                .startsWith("PROXY header ")
                .matches("[ -~]*");
    }

    @Test
    void aVersion2HeaderGivesItsAddresses() throws ProtocolViolation {
        assertThat(decode(hex(V2_TCP4 + "ff"))).isEqualTo(new Header(ProxyHeader.of(PEER4, US4), 28));
        assertThat(decode(hex(V2_TCP6 + "ff"))).isEqualTo(new Header(ProxyHeader.of(PEER6, US6), 52));
        assertThat(decode(hex(V2_TCP4.replace("21 11", "21 12"))))
                .isEqualTo(new Header(ProxyHeader.of(PEER4, US4), 28));
        assertThat(decode(hex(V2_TCP6.replace("21 21", "21 22"))))
                .isEqualTo(new Header(ProxyHeader.of(PEER6, US6), 52));
    }

    @Test
    void tlvsBehindTheAddressesComeAsTheyAre() throws ProtocolViolation {
        ProxyHeader header = header(SIGNATURE + "21 11 0014  c6336409 cb007107 9ba1 01bb  02 0005 68656c6c6f ff");

        assertThat(header.source()).contains(PEER4);
        assertThat(header.destination()).contains(US4);
        assertThat(header.tlvs()).isEqualTo(buffer("02 0005 68656c6c6f"));
    }

    @Test
    void aLocalHeaderGivesNeitherAddressesNorTlvsWhateverItHas() throws ProtocolViolation {
        assertThat(decode(hex(V2_LOCAL + "ff"))).isEqualTo(new Header(ProxyHeader.LOCAL, 16));
        assertThat(decode(hex(SIGNATURE + "20 11 000c  c6336409 cb007107 9ba1 01bb")))
                .isEqualTo(new Header(ProxyHeader.LOCAL, 28));
        assertThat(decode(hex(SIGNATURE + "20 ff 0001  00"))).isEqualTo(new Header(ProxyHeader.LOCAL, 17));
    }

    @Test
    void anUnspecifiedFamilyHasTlvsOnly() throws ProtocolViolation {
        assertThat(header(SIGNATURE + "21 00 0000")).isEqualTo(ProxyHeader.UNKNOWN);
        assertThat(header(SIGNATURE + "21 00 0004  04 0001 00"))
                .isEqualTo(new ProxyHeader(false, Optional.empty(), Optional.empty(), buffer("04 0001 00")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"31", "32"})
    void unixSocketsAreNoInternetAddresses(String family) throws ProtocolViolation {
        String paths = "2f61".concat("00".repeat(106)).repeat(2);

        assertThat(header(SIGNATURE + "21" + family + "00dc" + paths + "04 0001 00"))
                .isEqualTo(new ProxyHeader(false, Optional.empty(), Optional.empty(), buffer("04 0001 00")));
    }

    @Test
    void aVersion2BlockMayHave2048BytesAndNotOneMore() throws ProtocolViolation {
        ProxyHeader header = header(SIGNATURE + "21 11 0800  c6336409 cb007107 9ba1 01bb" + "00".repeat(2036));

        assertThat(header.tlvs().remaining()).isEqualTo(2036);
        assertThatThrownBy(() -> decode(hex(SIGNATURE + "21 11 0801")))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage("PROXY header with 2049 bytes behind the first 16: 2048 are allowed");
    }

    @ParameterizedTest
    @CsvSource({
        "11 11 000c, 'PROXY header of version 1: this signature means version 2'",
        "f1 11 000c, 'PROXY header of version 15: this signature means version 2'",
        "22 11 000c, 'PROXY header with command 2: it is 0 (local) or 1 (proxy)'",
        "21 11 000b, 'PROXY header with 11 bytes behind the first 16: its addresses take 12'",
        "21 22 0023, 'PROXY header with 35 bytes behind the first 16: its addresses take 36'",
        "21 31 00d7, 'PROXY header with 215 bytes behind the first 16: its addresses take 216'",
        "21 10 000c, 'PROXY header for family and transport 0x10: it is 00, 11, 12, 21, 22, 31 or 32'",
        "21 f1 000c, 'PROXY header for family and transport 0xf1: it is 00, 11, 12, 21, 22, 31 or 32'",
        "21 11 ffff, 'PROXY header with 65535 bytes behind the first 16: 2048 are allowed'",
    })
    void aMalformedVersion2HeaderIsAViolationAsSoonAsItsFirstPartIsThere(String bytes, String message) {
        assertThatThrownBy(() -> decode(hex(SIGNATURE + bytes)))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1", "PROXY", "PROXYTCP4", "PRI * HTTP/2.0", "proxy TCP4", "\r\n\r\n", "\0"})
    void anotherProtocolIsNotProxy(String first) throws ProtocolViolation {
        assertThat(decode(ascii(first + "\n"))).isEqualTo(new NotProxy());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "P", "PROXY", "\r", "\r\n\r\n\0\r\nQUIT"})
    void oneByteMoreIsWantedWhileItMayBeAnotherProtocol(String first) throws ProtocolViolation {
        assertThat(decode(ascii(first))).isEqualTo(new NeedMore(first.length() + 1));
    }

    @Test
    void everyCutWantsMoreAndNeverMoreThanTheHeaderHas() throws ProtocolViolation {
        byte[] v1 = ascii("PROXY TCP4 198.51.100.9 203.0.113.7 39841 443\r\n");
        for (byte[] whole : new byte[][] {v1, ascii("PROXY UNKNOWN\r\n"), hex(V2_TCP4), hex(V2_TCP6), hex(V2_LOCAL)}) {
            for (int cut = 0; cut < whole.length; cut++) {
                Decoded decoded = ProxyHeader.decode(ByteBuffer.wrap(whole, 0, cut));
                assertThat(decoded).isInstanceOf(NeedMore.class);
                assertThat(((NeedMore) decoded).atLeast()).isGreaterThan(cut).isLessThanOrEqualTo(whole.length);
            }
        }
    }

    @Test
    void decodingReadsBetweenPositionAndLimitAndMovesNeither() throws ProtocolViolation {
        byte[] whole = hex("ffffff" + V2_TCP4 + "ffff");
        ByteBuffer bytes = ByteBuffer.wrap(whole).position(3).limit(31).asReadOnlyBuffer();

        assertThat(ProxyHeader.decode(bytes)).isEqualTo(new Header(ProxyHeader.of(PEER4, US4), 28));
        assertThat(bytes.position()).isEqualTo(3);
        assertThat(bytes.limit()).isEqualTo(31);
    }

    @Test
    void headersAreWrittenInVersion1() {
        assertThat(ProxyHeader.of(PEER4, US4).toBytesV1())
                .isEqualTo(ascii("PROXY TCP4 198.51.100.9 203.0.113.7 39841 443\r\n"));
        assertThat(ProxyHeader.of(PEER6, US6).toBytesV1())
                .isEqualTo(ascii("PROXY TCP6 2001:db8::16 2001:db8::1 39841 443\r\n"));
        assertThat(ProxyHeader.of(PEER4, US6).toBytesV1())
                .isEqualTo(ascii("PROXY TCP6 ::ffff:198.51.100.9 2001:db8::1 39841 443\r\n"));
        assertThat(ProxyHeader.LOCAL.toBytesV1()).isEqualTo(ascii("PROXY UNKNOWN\r\n"));
        assertThat(ProxyHeader.UNKNOWN.toBytesV1()).isEqualTo(ascii("PROXY UNKNOWN\r\n"));
    }

    @Test
    void headersAreWrittenInVersion2() {
        assertThat(ProxyHeader.of(PEER4, US4).toBytesV2()).isEqualTo(hex(V2_TCP4));
        assertThat(ProxyHeader.of(PEER6, US6).toBytesV2()).isEqualTo(hex(V2_TCP6));
        assertThat(ProxyHeader.of(PEER6, US4).toBytesV2())
                .isEqualTo(hex(SIGNATURE
                        + "21 21 0024 20010db8000000000000000000000016 00000000000000000000ffffcb007107 9ba1 01bb"));
        assertThat(ProxyHeader.LOCAL.toBytesV2()).isEqualTo(hex(V2_LOCAL));
        assertThat(ProxyHeader.UNKNOWN.toBytesV2()).isEqualTo(hex(SIGNATURE + "21 00 0000"));
        assertThat(new ProxyHeader(false, Optional.of(PEER4), Optional.of(US4), buffer("04 0001 00")).toBytesV2())
                .isEqualTo(hex(SIGNATURE + "21 11 0010  c6336409 cb007107 9ba1 01bb  04 0001 00"));
    }

    @Test
    void aHeaderThatCannotBeIsAnError() {
        InetSocketAddress unresolved = InetSocketAddress.createUnresolved("host.invalid", 1);

        assertThatThrownBy(() -> new ProxyHeader(false, Optional.of(PEER4), Optional.empty(), ByteBuffer.allocate(0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ProxyHeader.of(PEER4, unresolved)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ProxyHeader(true, Optional.of(PEER4), Optional.of(US4), ByteBuffer.allocate(0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ProxyHeader(true, Optional.empty(), Optional.empty(), ByteBuffer.allocate(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> new ProxyHeader(false, Optional.of(PEER6), Optional.of(US6), ByteBuffer.allocate(2013)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("TLVs of 2013 bytes: there is room for 2012");
    }

    @Test
    void tlvsCannotBeChangedFromOutside() {
        ByteBuffer given = ByteBuffer.wrap(new byte[] {1, 2, 3});
        ProxyHeader header = new ProxyHeader(false, Optional.empty(), Optional.empty(), given);
        given.put(0, (byte) 9);

        assertThat(given.position()).isZero();
        assertThat(header.tlvs().get()).isEqualTo((byte) 1);
        assertThat(header.tlvs().remaining()).isEqualTo(3);
        assertThat(header.tlvs().isReadOnly()).isTrue();
    }

    private static Decoded decode(byte[] bytes) throws ProtocolViolation {
        return ProxyHeader.decode(ByteBuffer.wrap(bytes));
    }

    private static ProxyHeader header(String hex) throws ProtocolViolation {
        return ((Header) decode(hex(hex))).header();
    }

    private static InetSocketAddress address(String literal, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
    }

    private static ByteBuffer buffer(String hex) {
        return ByteBuffer.wrap(hex(hex));
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
