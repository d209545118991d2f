package dev.posthouse.net.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The header lines of a head, in order; a name may come several times, and its case does not matter. Immutable. Two are
 * equal if they have equal lines in the same order, names in any case.
 *
 * <p>Kept as they are written, in one piece: a peer that waits holds its head for as long as it waits, and two strings for
 * each line took three times the memory.
 */
public final class Headers {

    private static final String AFTER_NAME = ": ";
    private static final String AFTER_VALUE = "\r\n";

    /** No header lines. */
    public static final Headers NONE = new Headers("");

    // Names have no colon and values no CR, so that lines and their parts are found again.
    private final String lines;

    private Headers(String lines) {
        this.lines = lines;
    }

    /** Collects header lines; for one thread. */
    public static Builder builder() {
        return new Builder();
    }

    /** One line, by where its parts are. */
    private record Line(int from, int nameEnd, int valueEnd) {
        int valueFrom() {
            return nameEnd + AFTER_NAME.length();
        }

        int next() {
            return valueEnd + AFTER_VALUE.length();
        }
    }

    /** The line at a place, which is not the end. */
    private Line line(int at) {
        int nameEnd = lines.indexOf(AFTER_NAME, at);
        return new Line(at, nameEnd, lines.indexOf(AFTER_VALUE, nameEnd));
    }

    private String name(Line line) {
        return lines.substring(line.from(), line.nameEnd());
    }

    private String value(Line line) {
        return lines.substring(line.valueFrom(), line.valueEnd());
    }

    private boolean isNamed(Line line, String name) {
        return line.nameEnd() - line.from() == name.length()
                && lines.regionMatches(true, line.from(), name, 0, name.length());
    }

    /**
     * The value of the first line with this name. Where several lines come, most receivers take the first; what is a list
     * by its definition wants {@link #all}.
     */
    public Optional<String> first(String name) {
        for (int at = 0; at < lines.length(); ) {
            Line line = line(at);
            if (isNamed(line, name)) {
                return Optional.of(value(line));
            }
            at = line.next();
        }
        return Optional.empty();
    }

    /** The values of all lines with this name, in order; empty if there is none. */
    public List<String> all(String name) {
        List<String> found = new ArrayList<>();
        for (int at = 0; at < lines.length(); ) {
            Line line = line(at);
            if (isNamed(line, name)) {
                found.add(value(line));
            }
            at = line.next();
        }
        return List.copyOf(found);
    }

    /**
     * The elements of a header that is a list by its definition (RFC 9110 section 5.6.1), in order: of all lines with this
     * name, cut at the commas that stand in no quoted string, without the blanks around them; empty ones are left out. One
     * line with two elements and two lines with one each mean the same, and proxies make the one of the other.
     */
    public List<String> list(String name) {
        List<String> elements = new ArrayList<>();
        for (String value : all(name)) {
            QuotedText.split(value, ',').stream()
                    .filter(element -> !element.isEmpty())
                    .forEach(elements::add);
        }
        return List.copyOf(elements);
    }

    /** Whether the list header {@code name} has {@code word} as one of its elements, in any case. */
    public boolean lists(String name, String word) {
        return list(name).stream().anyMatch(word::equalsIgnoreCase);
    }

    /** Shows every line in order: its name as it was written, and its value. */
    public void forEach(BiConsumer<String, String> action) {
        for (int at = 0; at < lines.length(); ) {
            Line line = line(at);
            action.accept(name(line), value(line));
            at = line.next();
        }
    }

    /** All lines as they are sent, each with its line end. */
    String text() {
        return lines;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Headers that && namesInLowerCase().equals(that.namesInLowerCase());
    }

    @Override
    public int hashCode() {
        return namesInLowerCase().hashCode();
    }

    private String namesInLowerCase() {
        var folded = new StringBuilder(lines.length());
        forEach((name, value) -> Builder.append(folded, name.toLowerCase(Locale.ROOT), value));
        return folded.toString();
    }

    /** The names only: values may be secrets, and this ends in logs. */
    @Override
    public String toString() {
        List<String> names = new ArrayList<>();
        forEach((name, value) -> names.add(name));
        return names.toString();
    }

    /** Collects header lines; for one thread. */
    public static final class Builder {

        private static final int USUAL_LENGTH = 256;

        private final StringBuilder lines = new StringBuilder(USUAL_LENGTH);
        private int size;

        private Builder() {}

        /**
         * Adds a line behind those there are.
         *
         * @param name as it is to be written; a token (RFC 9110 section 5.6.2)
         * @param value in ISO-8859-1, without controls other than a tab; may be empty
         * @return this
         * @throws IllegalArgumentException if one of them is not; the message does not show the value. Whoever could put a
         *     line end into a value would write the head
         */
        public Builder add(String name, String value) {
            if (name.isEmpty() || !Syntax.all(name, Syntax::isToken)) {
                throw new IllegalArgumentException("header name \"" + printable(name) + "\": a name is a token");
            }
            if (!Syntax.all(value, Syntax::isText)) {
                throw new IllegalArgumentException("header " + name + ": a value is ISO-8859-1 without controls");
            }
            append(lines, name, value);
            size++;
            return this;
        }

        private static void append(StringBuilder to, String name, String value) {
            to.append(name).append(AFTER_NAME).append(value).append(AFTER_VALUE);
        }

        private static String printable(String name) {
            var shown = new StringBuilder(name);
            for (int i = 0; i < shown.length(); i++) {
                if (shown.charAt(i) < ' ' || shown.charAt(i) > '~') {
                    shown.setCharAt(i, '?');
                }
            }
            return shown.toString();
        }

        int size() {
            return size;
        }

        /** The lines added so far; later ones do not show in it. */
        public Headers build() {
            return size == 0 ? NONE : new Headers(lines.toString());
        }
    }
}
