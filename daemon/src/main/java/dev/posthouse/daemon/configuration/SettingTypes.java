package dev.posthouse.daemon.configuration;

import dev.posthouse.net.address.HostName;
import dev.posthouse.net.address.NetworkBlock;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.address.ShownAddress;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.splice.Meter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** The kinds of values that settings have. */
public final class SettingTypes {

    /** How a limit says that it does not limit. */
    private static final String OFF = "off";

    private static final String AUTO = "auto";

    private SettingTypes() {}

    /** A span of time, longer than zero. */
    public static final SettingType<Duration> SPAN =
            SettingType.text("DURATION", Durations::parsePositive, Durations::format);

    /** A span of time; zero is allowed and means at once. */
    public static final SettingType<Duration> DEADLINE =
            SettingType.text("DURATION", Durations::parse, Durations::format);

    /** A span of time, or none. */
    public static final SettingType<Duration> SPAN_OR_OFF = SettingType.text(
            "DURATION|off",
            text -> text.equals(OFF) ? Duration.ZERO : orOff(text, Durations::parsePositive),
            value -> value.isZero() ? OFF : Durations.format(value));

    /** How many, or no limit. Who means none at all would not get it by a zero. */
    public static final SettingType<Integer> COUNT_OR_OFF = countOrOff(1);

    /** The same, but no fewer than that. */
    static SettingType<Integer> countOrOff(int least) {
        return new SettingType<>(
                "NUMBER|off",
                false,
                text -> count(text, least),
                value -> value == 0 ? OFF : Integer.toString(value),
                value -> value == 0 ? TomlText.quoted(OFF) : Integer.toString(value));
    }

    /** So many bytes, or no limit. */
    public static final SettingType<Long> BYTES_OR_OFF = SettingType.text(
            "BYTES|off",
            text -> text.equals(OFF) ? 0L : orOff(text, part -> Bytes.parse(part, Meter.LARGEST_ALLOWANCE)),
            value -> value == 0 ? OFF : Bytes.format(value));

    /** Memory, which by default is a share of what the process has. */
    public static final SettingType<Long> MEMORY = SettingType.text(
            "BYTES|auto|off",
            text -> text.equals(AUTO) ? Limits.BY_HEAP : BYTES_OR_OFF.reader().apply(text),
            value -> value == Limits.BY_HEAP ? AUTO : BYTES_OR_OFF.writer().apply(value));

    /** So many bytes a second, or no limit. */
    public static final SettingType<Long> RATE_OR_OFF = SettingType.text(
            "RATE|off",
            text -> text.equals(OFF)
                    ? 0L
                    : orOff(
                            text,
                            part -> Bytes.parse(
                                    part.endsWith("/s") ? part.substring(0, part.length() - 2) : part,
                                    Meter.FASTEST_RATE)),
            value -> value == 0 ? OFF : Bytes.format(value) + "/s");

    /** A file; the empty text for none. */
    public static final SettingType<Optional<Path>> FILE = SettingType.text(
            "FILE", SettingTypes::file, value -> value.map(Path::toString).orElse(""));

    /** A directory; the empty text for none. */
    public static final SettingType<Optional<Path>> DIRECTORY = SettingType.text(
            "DIRECTORY", SettingTypes::file, value -> value.map(Path::toString).orElse(""));

    /** A path of a URL. */
    public static final SettingType<String> URL_PATH =
            SettingType.text("PATH", SettingTypes::urlPath, Function.identity());

    /** Networks; the empty text for none. */
    public static final SettingType<NetworkBlocks> NETWORKS = new SettingType<>(
            "NETWORKS",
            true,
            text -> NetworkBlocks.parse(parts(text)),
            NetworkBlocks::toString,
            value -> TomlText.array(
                    value.blocks().stream().map(NetworkBlock::toString).toList()));

    /** Where to listen, at least one place. */
    public static final SettingType<List<ListenAddress>> ADDRESSES = new SettingType<>(
            "ADDRESSES",
            true,
            SettingTypes::addresses,
            value -> String.join(", ", texts(value)),
            value -> TomlText.array(texts(value)));

    /** Where to listen, or nowhere. */
    public static final SettingType<Optional<ListenAddress>> ADDRESS_OR_OFF = SettingType.text(
            "ADDRESS|off",
            text -> text.equals(OFF) ? Optional.empty() : Optional.of(orOff(text, ListenAddress::parse)),
            value -> value.map(ListenAddress::toString).orElse(OFF));

    /** One of the words of an enum, in lower case. */
    public static <E extends Enum<E>> SettingType<E> choice(Class<E> words) {
        List<String> all =
                Arrays.stream(words.getEnumConstants()).map(SettingTypes::word).toList();
        return SettingType.text(
                String.join("|", all),
                text -> Arrays.stream(words.getEnumConstants())
                        .filter(constant -> word(constant).equals(text))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "right is one of " + String.join(", ", all) + ", not \"" + text + "\"")),
                SettingTypes::word);
    }

    /** Some of these words, at least one, separated by commas. */
    public static SettingType<Set<String>> words(List<String> words) {
        return new SettingType<>(
                "WORDS",
                true,
                text -> {
                    List<String> given = parts(text);
                    for (String word : given) {
                        if (!words.contains(word)) {
                            throw new IllegalArgumentException(
                                    "right is one of " + String.join(", ", words) + ", not \"" + word + "\"");
                        }
                    }
                    if (given.isEmpty()) {
                        throw new IllegalArgumentException("right is at least one of " + String.join("|", words));
                    }
                    return Collections.unmodifiableSet(new LinkedHashSet<>(
                            words.stream().filter(given::contains).toList()));
                },
                value -> String.join(", ", value),
                value -> TomlText.array(List.copyOf(value)));
    }

    /** Yes or no. */
    public static final SettingType<Boolean> TRUTH = new SettingType<>(
            "true|false",
            false,
            SettingTypes::truth,
            value -> Boolean.toString(value),
            value -> Boolean.toString(value));

    private static boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("right is true or false, not \"" + text + "\"");
        };
    }

    /** Names or addresses of hosts, without ports; the empty text for none. */
    public static final SettingType<List<String>> HOSTS = new SettingType<>(
            "HOSTS",
            true,
            text -> parts(text).stream().map(SettingTypes::host).toList(),
            value -> String.join(", ", value),
            TomlText::array);

    /** A name or an address of a host, without a port; the empty text for none. */
    public static final SettingType<String> HOST = SettingType.text("HOST", SettingTypes::host, Function.identity());

    private static String host(String text) {
        try {
            if (text.startsWith("[")) {
                throw new IllegalArgumentException("it has brackets");
            }
            return text.isEmpty() ? text : HostName.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "right is the name or the address of a host, without port or brackets, not \""
                            + ShownAddress.in(text) + "\": " + e.getMessage());
        }
    }

    /** Which header names the peer. */
    public static final SettingType<String> FORWARDED_HEADER =
            SettingType.text("X-Forwarded-For|Forwarded", SettingTypes::forwardedHeader, Function.identity());

    private static String forwardedHeader(String text) {
        return Stream.of("X-Forwarded-For", "Forwarded")
                .filter(text::equalsIgnoreCase)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "right is X-Forwarded-For or Forwarded, whichever the proxies set, not \"" + text + "\""));
    }

    /** The name of a header; the empty text for none. */
    public static final SettingType<String> HEADER =
            SettingType.text("HEADER", SettingTypes::header, Function.identity());

    private static String header(String text) {
        boolean name = text.chars()
                .allMatch(c ->
                        c > ' ' && c < 0x7f && (Character.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0));
        if (!name) {
            throw new IllegalArgumentException(
                    "right is the name of a header, such as Posthouse-Peer-Port, not \"" + text + "\"");
        }
        return text;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static List<String> texts(List<ListenAddress> addresses) {
        return addresses.stream().map(ListenAddress::toString).toList();
    }

    private static <T> T orOff(String text, Function<String, T> reader) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + "; or " + OFF, e);
        }
    }

    private static int count(String text, int least) {
        if (text.equals(OFF)) {
            return 0;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("right is a whole number from " + least + " to " + Integer.MAX_VALUE
                + ", or " + OFF + " for no limit, not \"" + text + "\"");
    }

    private static Optional<Path> file(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("right is a name in the file system, not \"" + text + "\"", e);
        }
    }

    private static String urlPath(String text) {
        boolean plain = text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '?' && c != '#');
        if (!text.startsWith("/") || !plain) {
            throw new IllegalArgumentException(
                    "right is a path that begins with a slash, such as / or /rdv, escaped as in a URL, not \"" + text
                            + "\"");
        }
        return text;
    }

    private static List<ListenAddress> addresses(String text) {
        List<String> parts = parts(text);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("right is at least one address, such as :8080");
        }
        return parts.stream().map(ListenAddress::parse).toList();
    }

    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (!part.isBlank()) {
                parts.add(part.strip());
            }
        }
        return parts;
    }
}
