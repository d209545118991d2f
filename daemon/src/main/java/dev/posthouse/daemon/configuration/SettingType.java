package dev.posthouse.daemon.configuration;

import java.util.function.Function;

/**
 * How a kind of value is written, and read again. Immutable.
 *
 * @param label stands for the value in usage texts: {@code DURATION}
 * @param list whether it is several values: an array in TOML, joined by commas elsewhere
 * @param reader reads a text without blanks around it; throws {@link IllegalArgumentException} with a message that says
 *     what would be right
 * @param writer gives the text from which {@code reader} reads the same value
 * @param toml gives the value as it stands in a TOML file
 */
public record SettingType<T>(
        String label, boolean list, Function<String, T> reader, Function<T, String> writer, Function<T, String> toml) {

    /** A single value, quoted in TOML. */
    static <T> SettingType<T> text(String label, Function<String, T> reader, Function<T, String> writer) {
        return new SettingType<>(label, false, reader, writer, value -> TomlText.quoted(writer.apply(value)));
    }
}
