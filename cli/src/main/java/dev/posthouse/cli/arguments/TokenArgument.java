package dev.posthouse.cli.arguments;

import dev.posthouse.cli.streams.StandardStreamFailure;
import dev.posthouse.cli.streams.SystemReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The TOKEN of a command: itself; {@code -} for the first line of standard input, what follows being data; {@code @FILE}
 * for a file's first line; and where there is none, the variable POSTHOUSE_TOKEN. Only the first shows it to the process
 * list.
 *
 * <p>The same bytes are the same token by each of the four ways, or refused by each: they are UTF-8; a byte order mark before
 * them and the end of the line behind them do not count; control characters, and blanks at either end, are refused, since
 * nobody sees them; whoever means them writes them as {@code %XX}.
 */
public final class TokenArgument {

    /** Longer than any token that the protocol can carry. */
    private static final int MAX = 16 * 1_024;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private TokenArgument() {}

    /**
     * Finds the token.
     *
     * @param argument as given, or null
     * @param in read up to the end of its first line, and not a byte further
     * @throws IllegalArgumentException if what it points to cannot be read, or is not a token
     * @throws StandardStreamFailure if standard input fails
     */
    public static Optional<String> resolve(@Nullable String argument, InputStream in, @Nullable String variable)
            throws StandardStreamFailure {
        if (argument == null) {
            return variable == null || variable.isEmpty()
                    ? Optional.empty()
                    : Optional.of(checked(variable, "POSTHOUSE_TOKEN"));
        }
        if (argument.equals("-")) {
            return Optional.of(fromInput(in));
        }
        if (argument.startsWith("@") && argument.length() > 1) {
            return Optional.of(fromFile(NativeText.path(argument.substring(1))));
        }
        return Optional.of(checked(argument, "the TOKEN"));
    }

    private static String fromInput(InputStream in) throws StandardStreamFailure {
        String where = "the first line of standard input";
        try {
            return checked(NativeText.utf8(firstLine(in, where), where), where);
        } catch (StandardStreamFailure e) {
            throw e;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the token cannot be read from standard input: " + SystemReason.of(e), e);
        }
    }

    private static String fromFile(Path file) {
        String where = "the first line of " + file;
        try (InputStream in = Files.newInputStream(file)) {
            return checked(NativeText.utf8(firstLine(in, where), where), where);
        } catch (IOException e) {
            throw new IllegalArgumentException("the token file " + file + " cannot be read: " + SystemReason.of(e), e);
        }
    }

    /** Byte by byte, so that not one byte behind the line is taken. */
    private static byte[] firstLine(InputStream in, String where) throws IOException {
        var line = new ByteArrayOutputStream();
        int b;
        while ((b = in.read()) >= 0 && b != '\n') {
            line.write(b);
            if (line.size() > MAX) {
                throw new IllegalArgumentException(where + " is too long for a token");
            }
        }
        return line.toByteArray();
    }

    private static String checked(String text, String where) {
        String token = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        token = withoutEnd(withoutEnd(token, "\n"), "\r");
        if (token.isEmpty()) {
            throw new IllegalArgumentException("the token is missing: " + where + " is empty");
        }
        token.chars().filter(c -> c < ' ' || c == 0x7f).findFirst().ifPresent(c -> {
            throw new IllegalArgumentException(
                    String.format("%s has the control character 0x%02X; in a TOKEN it is written %%%02X", where, c, c));
        });
        if (token.startsWith(" ") || token.endsWith(" ")) {
            throw new IllegalArgumentException(
                    where + " has a blank at its begin or end, which nobody sees; in a TOKEN it is written %20");
        }
        if (token.chars().allMatch(c -> c == '.' || c == '/')) {
            throw new IllegalArgumentException(
                    where + " is made of dots and slashes, which name no place at the relay; take a word of letters"
                            + " and digits, such as openssl rand -hex 16 makes");
        }
        return token;
    }

    private static String withoutEnd(String text, String end) {
        return text.endsWith(end) ? text.substring(0, text.length() - 1) : text;
    }
}
