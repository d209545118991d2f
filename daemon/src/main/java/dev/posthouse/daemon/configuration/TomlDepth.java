package dev.posthouse.daemon.configuration;

import java.util.OptionalInt;

/**
 * Finds what is nested too deeply in a TOML text before a parser sees it: parsers of nested things call themselves for each level,
 * and some thousand brackets end in a {@link StackOverflowError}. It knows as much of TOML as tells brackets and dots from those in
 * strings and comments; what is no TOML is for the parser to say.
 */
final class TomlDepth {

    /** Our own settings need two levels: an array within a table. */
    static final int DEEPEST = 16;

    private final String text;
    private int at;
    private int line = 1;
    private int open;
    private int dots;

    private TomlDepth(String text) {
        this.text = text;
    }

    /** The line, from 1 on, in which brackets or the parts of a key are more than {@link #DEEPEST} deep. */
    static OptionalInt tooDeep(String text) {
        return new TomlDepth(text).search();
    }

    private OptionalInt search() {
        while (at < text.length()) {
            char c = text.charAt(at);
            switch (c) {
                case '\n' -> newLine();
                case '#' -> at = endOfLine();
                case '"', '\'' -> skipString(c);
                case '[', '{' -> {
                    open++;
                    at++;
                }
                case ']', '}' -> {
                    open = Math.max(0, open - 1);
                    at++;
                }
                case '.' -> {
                    dots++;
                    at++;
                }
                default -> at++;
            }
            if (open > DEEPEST || dots > DEEPEST) {
                return OptionalInt.of(line);
            }
        }
        return OptionalInt.empty();
    }

    private void newLine() {
        line++;
        dots = 0;
        at++;
    }

    private int endOfLine() {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }

    /** To behind a string; one that is not closed ends with its line, or with the text if it may have several lines. */
    private void skipString(char quote) {
        String fence = String.valueOf(quote).repeat(3);
        boolean manyLines = text.startsWith(fence, at);
        at += manyLines ? fence.length() : 1;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (manyLines ? text.startsWith(fence, at) : c == quote) {
                at += manyLines ? fence.length() : 1;
                return;
            }
            if (c == '\n') {
                if (!manyLines) {
                    return;
                }
                line++;
            }
            at += c == '\\' && quote == '"' && at + 1 < text.length() && text.charAt(at + 1) != '\n' ? 2 : 1;
        }
    }
}
