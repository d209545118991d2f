package dev.posthouse.net.address;

/** The text of IPv6 addresses: any spelling of RFC 4291 section 2.2 in, the one of RFC 5952 out. */
final class Ip6Text {

    private static final int BYTES = 16;
    private static final int GROUPS = 8;
    private static final int MAX_DIGITS = 4;

    private Ip6Text() {}

    static IpAddress parse(String text) {
        int percent = text.indexOf('%');
        String zone = percent < 0 ? "" : text.substring(percent + 1);
        if (percent >= 0 && zone.isEmpty()) {
            throw IpAddress.malformed(text, "a percent sign is followed by a zone");
        }
        String rest = percent < 0 ? text : text.substring(0, percent);
        byte[] bytes = new byte[BYTES];
        int filled = 0;
        int gap = -1;
        if (rest.startsWith("::")) {
            gap = 0;
            rest = rest.substring(2);
        }
        while (filled < BYTES && !rest.isEmpty()) {
            int digits = hexDigits(rest);
            if (digits > 0 && digits < rest.length() && rest.charAt(digits) == '.') {
                if (gap < 0 ? filled != BYTES - 4 : filled > BYTES - 4) {
                    throw IpAddress.malformed(text, "a dotted IPv4 part stands for the last 32 bits");
                }
                IpAddress.readDotted(rest, text, bytes, filled);
                filled += 4;
                rest = "";
                break;
            }
            if (digits == 0 || digits > MAX_DIGITS) {
                throw IpAddress.malformed(text, "each group is one to four hexadecimal digits");
            }
            int group = Integer.parseInt(rest.substring(0, digits), 16);
            bytes[filled++] = (byte) (group >> 8);
            bytes[filled++] = (byte) group;
            rest = rest.substring(digits);
            if (rest.isEmpty()) {
                break;
            }
            if (rest.charAt(0) != ':' || rest.length() == 1) {
                throw IpAddress.malformed(text, "groups are separated by single colons");
            }
            rest = rest.substring(1);
            if (rest.charAt(0) == ':') {
                if (gap >= 0) {
                    throw IpAddress.malformed(text, "\"::\" stands at most once");
                }
                gap = filled;
                rest = rest.substring(1);
            }
        }
        if (!rest.isEmpty()) {
            throw IpAddress.malformed(text, "an IPv6 address has eight groups");
        }
        return IpAddress.ofBytes(spread(bytes, filled, gap, text), zone);
    }

    /** Moves what stands behind the gap to the end. */
    private static byte[] spread(byte[] bytes, int filled, int gap, String text) {
        if (filled == BYTES && gap >= 0) {
            throw IpAddress.malformed(text, "\"::\" stands for at least one group");
        }
        if (filled < BYTES && gap < 0) {
            throw IpAddress.malformed(text, "an IPv6 address has eight groups");
        }
        if (gap < 0) {
            return bytes;
        }
        byte[] whole = new byte[BYTES];
        System.arraycopy(bytes, 0, whole, 0, gap);
        System.arraycopy(bytes, gap, whole, BYTES - (filled - gap), filled - gap);
        return whole;
    }

    private static int hexDigits(String text) {
        int count = 0;
        while (count < text.length() && isHex(text.charAt(count))) {
            count++;
        }
        return count;
    }

    /** ASCII only: {@link Character#digit} takes the digits of other scripts too. */
    private static boolean isHex(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    static String format(IpAddress address) {
        String zone = address.zone().isEmpty() ? "" : "%" + address.zone();
        if (address.isIpv4Mapped()) {
            return "::ffff:" + address.dotted(12) + zone;
        }
        int start = -1;
        int length = 1; // a single zero group is written out: RFC 5952 section 4.2.2
        for (int i = 0; i < GROUPS; i++) {
            int run = 0;
            while (i + run < GROUPS && group(address, i + run) == 0) {
                run++;
            }
            if (run > length) {
                start = i;
                length = run;
            }
        }
        var text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
                continue;
            }
            if (i > 0 && i != start + length) {
                text.append(':');
            }
            text.append(Integer.toHexString(group(address, i)));
        }
        return text.append(zone).toString();
    }

    private static int group(IpAddress address, int index) {
        return address.at(2 * index) << 8 | address.at(2 * index + 1);
    }
}
