package dev.posthouse.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The TOKEN of a command: itself; {@code -} for the first line of standard input, what follows being data; {@code @FILE}
 * for a file's first line; and where there is none, the variable POSTHOUSE_TOKEN. Only the first shows it to the process
 * list.
 */
final class TokenArgument {

    /** Longer than any token that the protocol can carry. */
    private static final int MAX = 16 * 1_024;

    private TokenArgument() {}

    /**
     * Finds the token.
     *
     * @param argument as given, or null
     * @throws IllegalArgumentException if what it points to cannot be read or is empty
     */
    static Optional<String> resolve(@Nullable String argument, InputStream in, @Nullable String variable) {
        if (argument == null) {
            return Optional.ofNullable(variable).filter(value -> !value.isEmpty());
        }
        if (argument.equals("-")) {
            return Optional.of(notEmpty(firstLine(in), "the first line of standard input"));
        }
        if (argument.startsWith("@") && argument.length() > 1) {
            Path file = Path.of(argument.substring(1));
            try {
                return Optional.of(notEmpty(
                        Files.readString(file).lines().findFirst().orElse("").strip(), "the first line of " + file));
            } catch (NoSuchFileException e) {
                throw new IllegalArgumentException("the token file " + file + " does not exist", e);
            } catch (IOException e) {
                throw new IllegalArgumentException("the token file " + file + " cannot be read: " + e.getMessage(), e);
            }
        }
        return Optional.of(argument);
    }

    /** Byte by byte, so that not one byte behind the line is taken. */
    private static String firstLine(InputStream in) {
        var line = new ByteArrayOutputStream();
        try {
            int b;
            while ((b = in.read()) >= 0 && b != '\n') {
                line.write(b);
                if (line.size() > MAX) {
                    throw new IllegalArgumentException("the token's line on standard input is too long");
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("the token cannot be read from standard input: " + e.getMessage(), e);
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }

    private static String notEmpty(String token, String where) {
        if (token.isEmpty()) {
            throw new IllegalArgumentException("the token is missing: " + where + " is empty");
        }
        return token;
    }
}
