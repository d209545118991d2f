package dev.posthouse.cli.arguments;

import dev.posthouse.net.httpproxy.ProxyRules;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Arguments, variables and lines as the bytes that they are: UTF-8, whatever the locale, or refused.
 *
 * <p>The JVM decodes arguments and variables by the locale, and replaces what it cannot decode: in the locale C every letter
 * outside ASCII becomes the same character, and two different words the same. The launcher starts it in a locale that is
 * UTF-8. Where a character outside ASCII is met all the same, the bytes are read from the system again (Linux), and where
 * that is not possible, what is not sure is refused.
 */
public final class NativeText {

    private static final Path ARGUMENTS = Path.of("/proc/self/cmdline");

    private static final Path VARIABLES = Path.of("/proc/self/environ");

    private static final char REPLACED = '\uFFFD';

    private NativeText() {}

    /**
     * The program's arguments.
     *
     * @param decoded as the JVM has decoded them
     * @throws IllegalArgumentException if one is not UTF-8
     */
    public static String[] arguments(String... decoded) {
        String[] arguments = decoded.clone();
        for (int i = 0; i < decoded.length; i++) {
            arguments[i] = argument(i, decoded);
        }
        return arguments;
    }

    /** One of them. */
    public static String argument(int index, String... decoded) {
        if (isAscii(decoded[index])) {
            return decoded[index];
        }
        String name = "argument " + (index + 1);
        // The program's own are the last ones, behind those of the JVM.
        int fromEnd = decoded.length - index;
        return entries(ARGUMENTS)
                .filter(entries -> entries.size() >= fromEnd)
                .map(entries -> utf8(entries.get(entries.size() - fromEnd), name))
                .orElseGet(() -> sure(decoded[index], name));
    }

    /**
     * The process's environment. Only the variables that this program knows are looked at.
     *
     * @throws IllegalArgumentException if one that it knows is not UTF-8
     */
    public static Map<String, String> environment() {
        var environment = new HashMap<>(System.getenv());
        environment.replaceAll((name, value) -> isOurs(name) ? variable(name, value) : value);
        return environment;
    }

    /**
     * A variable of the environment.
     *
     * @param decoded as the JVM has decoded it
     * @throws IllegalArgumentException if it is not UTF-8
     */
    public static String variable(String name, String decoded) {
        if (isAscii(decoded)) {
            return decoded;
        }
        String start = name + "=";
        return entries(VARIABLES).stream()
                .flatMap(List::stream)
                .filter(entry -> begins(entry, start))
                .findFirst()
                .map(entry -> utf8(Arrays.copyOfRange(entry, start.length(), entry.length), "the variable " + name))
                .orElseGet(() -> sure(decoded, "the variable " + name));
    }

    private static boolean isOurs(String name) {
        return name.startsWith("POSTHOUSE_")
                || name.equals("HOME")
                || name.equals("STATE_DIRECTORY")
                || ProxyRules.VARIABLES.contains(name)
                || name.startsWith("XDG_");
    }

    private static boolean begins(byte[] entry, String start) {
        return new String(entry, StandardCharsets.ISO_8859_1).startsWith(start);
    }

    /**
     * Decodes bytes.
     *
     * @param name what they are, for the message
     * @throws IllegalArgumentException if they are not UTF-8; the message has the byte and not the text, which may be secret
     */
    public static String utf8(byte[] bytes, String name) {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(left).toString();
        } catch (CharacterCodingException e) {
            // The decoder leaves the position at the byte that it cannot take.
            throw new IllegalArgumentException(
                    String.format(
                            "%s is not UTF-8 text: byte 0x%02X; in a TOKEN such a byte is written %%%02X",
                            name, bytes[left.position()] & 0xff, bytes[left.position()] & 0xff),
                    e);
        }
    }

    /**
     * A file by its name.
     *
     * @throws IllegalArgumentException if this locale has no such names
     */
    public static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(
                    isAscii(name)
                            ? "no name of a file: " + name
                            : "the file " + name + " cannot be named in this locale ("
                                    + System.getProperty("sun.jnu.encoding")
                                    + "): start posthouse with LC_ALL=C.UTF-8, as its launcher does",
                    e);
        }
    }

    /** What the JVM has decoded, unless it may have replaced something. */
    private static String sure(String decoded, String name) {
        boolean unicode = System.getProperty("sun.jnu.encoding", "").equalsIgnoreCase("UTF-8");
        if (!unicode || decoded.indexOf(REPLACED) >= 0) {
            throw new IllegalArgumentException(name + " has bytes that are not UTF-8 text in this locale ("
                    + System.getProperty("sun.jnu.encoding")
                    + "); in a TOKEN a byte can be written %XX");
        }
        return decoded;
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    /** What the system has, each without the zero byte at its end; nothing if it does not tell. */
    private static Optional<List<byte[]>> entries(Path file) {
        byte[] all;
        try {
            all = Files.readAllBytes(file);
        } catch (IOException e) {
            return Optional.empty();
        }
        var entries = new ArrayList<byte[]>();
        int start = 0;
        for (int i = 0; i < all.length; i++) {
            if (all[i] == 0) {
                entries.add(Arrays.copyOfRange(all, start, i));
                start = i + 1;
            }
        }
        return Optional.of(entries);
    }
}
