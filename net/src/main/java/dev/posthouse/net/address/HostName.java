package dev.posthouse.net.address;

import java.net.IDN;

/**
 * The text of a host, one rule for every address that a user writes: a name that a resolver may know, or an address
 * literal. How long it may be is the resolver's affair. No message repeats the text, which may hold what was meant for another place, such as a password.
 */
public final class HostName {

    /** What IDNA2003, which the JDK has, maps to other letters than IDNA2008 does. */
    private static final String DISPUTED = "\u00df\u03c2\u200c\u200d";

    private HostName() {}

    /**
     * Reads a host.
     *
     * @param text a name of letters, digits, '-', '_' and dots, a final dot allowed; one with other letters, which becomes
     *     its {@code xn--} form; an IPv4 address; or an IPv6 address with or without brackets, its zone behind {@code %} or
     *     {@code %25}
     * @return ASCII, IPv6 without brackets, a zone behind {@code %}
     * @throws IllegalArgumentException if it is anything else, with what is wrong, without the text
     */
    public static String parse(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("the host is missing");
        }
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        if (bracketed || text.contains(":")) {
            return literal(bracketed ? text.substring(1, text.length() - 1) : text);
        }
        return name(text.chars().allMatch(c -> c < 0x80) ? text : ascii(text));
    }

    private static String literal(String text) {
        String bare = text;
        int zone = text.indexOf("%25");
        if (zone >= 0 && zone + 3 < text.length()) {
            bare = text.substring(0, zone) + "%" + text.substring(zone + 3);
        }
        try {
            IpAddress address = IpAddress.parse(bare);
            if (!address.isIpv4() && zoneIsPlain(address.zone())) {
                return bare;
            }
        } catch (IllegalArgumentException e) {
            // said below, without the text
        }
        throw new IllegalArgumentException("what has colons or brackets is no IPv6 address: it is written like"
                + " [2001:db8::1], a zone behind a percent sign");
    }

    private static boolean zoneIsPlain(String zone) {
        return zone.chars().allMatch(c -> isLetterOrDigit(c) || "._-".indexOf(c) >= 0);
    }

    private static String ascii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (DISPUTED.indexOf(text.charAt(i)) >= 0) {
                throw new IllegalArgumentException("the host has a letter that two standards write differently, "
                        + shown(text.charAt(i)) + ": write the name in its xn-- form");
            }
        }
        try {
            return IDN.toASCII(text, IDN.ALLOW_UNASSIGNED);
        } catch (IllegalArgumentException e) {
            // Not the cause, which repeats the text.
            throw new IllegalArgumentException("the host is no international name: write it in its xn-- form");
        }
    }

    private static String name(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isLetterOrDigit(c) && "-_.".indexOf(c) < 0) {
                throw new IllegalArgumentException(
                        "a host has letters, digits, '-', '_' and '.', or is an address, IPv6"
                                + " in brackets; character " + (i + 1) + " is " + shown(c));
            }
        }
        String labels = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        if (labels.isEmpty() || labels.startsWith(".") || labels.endsWith(".") || labels.contains("..")) {
            throw new IllegalArgumentException("between the dots of a host there is something, and none stands first");
        }
        return text;
    }

    private static String shown(char c) {
        return c > ' ' && c < 0x7f ? "'" + c + "'" : "U+%04X".formatted((int) c);
    }

    private static boolean isLetterOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /** As it stands before a port: IPv6 in brackets. */
    public static String inUrl(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    /** The same for another machine, where a zone means nothing: without it. */
    public static String withoutZone(String host) {
        int zone = host.indexOf('%');
        return zone < 0 ? host : host.substring(0, zone);
    }
}
