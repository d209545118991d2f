package dev.posthouse.net;

/**
 * How text that a peer may have sent is shown: in a log, in JSON, on a terminal. Whatever a reader would not see as a character of
 * its own, or would take for something else than text, is written as what it is: a backslash, the letter u and four hexadecimal digits. These are controls (ESC begins
 * a command to a terminal, a line feed a new line of a log), format characters (bidirectional ones change in which order a line is
 * read, invisible ones what a word is), line and paragraph separators, and halves of surrogate pairs, which no encoding can carry.
 *
 * <p>The one place that knows which these are; whoever writes a peer's words asks here.
 */
public final class ShownText {

    private ShownText() {}

    /** Whether a code point is not shown as it is. */
    public static boolean isHidden(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }

    /** Writes a code point as JSON escapes it, one past the first plane as two halves. */
    public static void escape(int codePoint, StringBuilder out) {
        for (char c : Character.toChars(codePoint)) {
            out.append(String.format("\\u%04x", (int) c));
        }
    }

    /**
     * A text as one line for people. Blanks of all kinds that would end the line become spaces, other hidden characters their
     * escapes.
     */
    public static String line(String text) {
        return shown(text, false);
    }

    /**
     * A text of several lines for people, such as a stack trace: as {@link #line}, but it keeps its lines, and all but the first
     * are indented, so that none of them looks like one of ours.
     */
    public static String lines(String text) {
        return shown(text, true);
    }

    private static String shown(String text, boolean keepLines) {
        var out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            int next = i + Character.charCount(c);
            if (keepLines && c == '\n') {
                out.append('\n');
                if (next < text.length() && text.charAt(next) != '\t') {
                    out.append('\t');
                }
            } else if (c == '\t' || c == '\n' || c == '\r') {
                out.append(keepLines && c == '\t' ? '\t' : ' ');
            } else if (isHidden(c)) {
                escape(c, out);
            } else {
                out.appendCodePoint(c);
            }
            i = next;
        }
        return out.toString();
    }
}
