package dev.posthouse.net.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.address.IpAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Version 1, a line (proxy-protocol.txt section 2.1):
 *
 * <pre>
 * PROXY TCP4 SOURCE DESTINATION SOURCE-PORT DESTINATION-PORT CR LF
 * PROXY TCP6 SOURCE DESTINATION SOURCE-PORT DESTINATION-PORT CR LF
 * PROXY UNKNOWN [anything] CR LF
 * </pre>
 */
final class V1 {

    /** The longest line with its CR LF, set by the protocol: UNKNOWN with two full IPv6 addresses and ports. */
    static final int MAX_LENGTH = 107;

    private static final byte[] SIGNATURE = "PROXY ".getBytes(US_ASCII);
    private static final int MIN_LENGTH = "PROXY UNKNOWN\r\n".length();

    private static final int FIELDS = 5;
    private static final int MAX_PORT = 0xffff;
    private static final int MAX_PORT_DIGITS = 5;

    private V1() {}

    /** As {@link ProxyHeader#decode}, this version only; {@code bytes} begins at 0. */
    static Decoded decode(ByteBuffer bytes) throws ProtocolViolation {
        int there = bytes.limit();
        for (int i = 0; i < SIGNATURE.length; i++) {
            if (i == there) {
                return new Decoded.NeedMore(there + 1);
            }
            if (bytes.get(i) != SIGNATURE[i]) {
                return new Decoded.NotProxy();
            }
        }
        int lineFeed = SIGNATURE.length;
        while (lineFeed < there && lineFeed < MAX_LENGTH && bytes.get(lineFeed) != '\n') {
            lineFeed++;
        }
        if (lineFeed == MAX_LENGTH) {
            throw new ProtocolViolation("PROXY header without an end: CR LF comes within " + MAX_LENGTH + " bytes");
        }
        if (lineFeed == there) {
            return new Decoded.NeedMore(Math.max(MIN_LENGTH, there + 1));
        }
        if (bytes.get(lineFeed - 1) != '\r') {
            throw new ProtocolViolation("PROXY header that a lone LF ends: CR LF does");
        }
        byte[] line = new byte[lineFeed - 1 - SIGNATURE.length];
        bytes.get(SIGNATURE.length, line);
        return new Decoded.Header(read(new String(line, ISO_8859_1)), lineFeed + 1);
    }

    private static ProxyHeader read(String line) throws ProtocolViolation {
        if (line.equals("UNKNOWN") || line.startsWith("UNKNOWN ")) {
            return ProxyHeader.UNKNOWN; // what follows is to be ignored
        }
        String[] fields = line.split(" ", -1);
        boolean four = fields[0].equals("TCP4");
        if (!four && !fields[0].equals("TCP6")) {
            throw new ProtocolViolation("PROXY header for another protocol: it is TCP4, TCP6 or UNKNOWN");
        }
        if (fields.length != FIELDS) {
            throw new ProtocolViolation("PROXY header with " + fields.length
                    + " fields: behind TCP4 or TCP6 come two addresses and two ports");
        }
        return ProxyHeader.of(
                new InetSocketAddress(address(fields[1], four).toInetAddress(), port(fields[3])),
                new InetSocketAddress(address(fields[2], four).toInetAddress(), port(fields[4])));
    }

    private static IpAddress address(String text, boolean four) throws ProtocolViolation {
        Optional<IpAddress> address = parse(text);
        if (address.isEmpty()
                || address.get().isIpv4() != four
                || !address.get().zone().isEmpty()) {
            throw new ProtocolViolation(
                    four
                            ? "PROXY header with a malformed address: behind TCP4 it has four decimal numbers"
                            : "PROXY header with a malformed address: behind TCP6 it is an IPv6 one without a zone");
        }
        return address.get();
    }

    private static Optional<IpAddress> parse(String text) {
        try {
            return Optional.of(IpAddress.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // its message repeats what a stranger sent, controls and all
        }
    }

    private static int port(String text) throws ProtocolViolation {
        boolean good = !text.isEmpty()
                && text.length() <= MAX_PORT_DIGITS
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && (text.length() == 1 || text.charAt(0) != '0');
        int port = good ? Integer.parseInt(text) : -1;
        if (port < 0 || port > MAX_PORT) {
            throw new ProtocolViolation(
                    "PROXY header with a malformed port: it is 0 to 65535 in decimal without leading zeros");
        }
        return port;
    }

    static byte[] encode(ProxyHeader header) {
        if (header.source().isEmpty()) {
            return "PROXY UNKNOWN\r\n".getBytes(US_ASCII);
        }
        InetSocketAddress source = header.source().orElseThrow();
        InetSocketAddress destination = header.destination().orElseThrow();
        boolean four = V2.bothFour(source, destination);
        String line = "PROXY " + (four ? "TCP4 " : "TCP6 ") + text(source, four) + " " + text(destination, four) + " "
                + source.getPort() + " " + destination.getPort() + "\r\n";
        return line.getBytes(US_ASCII);
    }

    private static String text(InetSocketAddress address, boolean four) {
        IpAddress ip = IpAddress.of(address.getAddress()).withoutZone();
        return ip.isIpv4() && !four ? "::ffff:" + ip : ip.toString();
    }
}
