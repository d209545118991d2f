package dev.posthouse.net.address;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of an address may be shown: its scheme, host, port and path. User and password, query and fragment may be secrets,
 * and are not. Whatever prints what a user wrote, or a text that may repeat it, passes it through here.
 */
public final class ShownAddress {

    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*");

    /** With one slash as well: that is what is left of an address that was taken for the name of a file. */
    private static final Pattern ADDRESS =
            Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):/(?!/)([^\\s\"'<>]*)|[A-Za-z][A-Za-z0-9+.-]*://[^\\s\"'<>]*");

    /** Somebody and a password before a host, without a scheme. */
    private static final Pattern USER = Pattern.compile("[^\\s\"'/:@(]+:[^\\s\"'/]*@");

    private static final String HIDDEN = "…";

    private ShownAddress() {}

    /**
     * One address.
     *
     * @param text as it was written, malformed or not
     * @return one line; {@code …} stands for what cannot be told apart from a secret
     */
    public static String of(String text) {
        int end = text.indexOf("://");
        if (end < 0 || !SCHEME.matcher(text.substring(0, end)).matches()) {
            return HIDDEN;
        }
        String scheme = text.substring(0, end + 3);
        String rest = text.substring(end + 3);
        String authority = rest.substring(0, first(rest, "/?#"));
        String behind = rest.substring(authority.length());
        int at = authority.lastIndexOf('@');
        // A password with a slash in it looks like a host, a port and a path, up to the '@'.
        if (at < 0 && behind.contains("@")) {
            return scheme + HIDDEN;
        }
        try {
            String host = HostPort.parse(authority.substring(at + 1)).toString();
            String path = behind.substring(0, first(behind, "?#"));
            return scheme + host + path.replaceAll("[\\p{Cntrl}\\s]", "?");
        } catch (IllegalArgumentException e) {
            return scheme + HIDDEN;
        }
    }

    /** Where the first of these characters stands, or the end. */
    private static int first(String text, String characters) {
        for (int i = 0; i < text.length(); i++) {
            if (characters.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return text.length();
    }

    /**
     * A text for people, such as an error message, in which addresses may stand.
     *
     * @return the text; of each address in it that has more, only what may be shown
     */
    public static String in(String text) {
        String shown = ADDRESS.matcher(text).replaceAll(found -> {
            String address = found.group();
            boolean more = first(address, "@?#") < address.length();
            String whole = found.group(1) == null ? address : found.group(1) + "://" + found.group(2);
            return Matcher.quoteReplacement(more ? of(whole) : address);
        });
        return USER.matcher(shown).replaceAll(HIDDEN + "@");
    }
}
