package dev.posthouse.daemon.configuration;

import dev.posthouse.net.FileFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** A TOML file, taken apart into keys, texts and lines; what the keys mean is not its business. */
final class ConfigurationFile {

    /**
     * One value of the file.
     *
     * @param text as {@link SettingType#reader} reads it; the parts of an array joined by commas
     * @param array whether it was an array
     * @param line from 1 on
     */
    record Entry(String text, boolean array, int line) {}

    /** Some thousand networks have room. */
    private static final int LONGEST = 1 << 20;

    private final Path path;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, Integer> emptySections = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    private ConfigurationFile(Path path) {
        this.path = path;
    }

    /** Reads a file; what is wrong with it is among the {@link #problems}. */
    static ConfigurationFile read(Path path) {
        var file = new ConfigurationFile(path);
        try {
            file.take(BoundedFile.text(path, LONGEST));
        } catch (IOException e) {
            file.problems.add(FileFailure.words(path, e));
        }
        return file;
    }

    private void take(Optional<String> text) {
        OptionalInt tooDeep = text.map(TomlDepth::tooDeep).orElse(OptionalInt.empty());
        if (text.isEmpty()) {
            problems.add(path + ": is longer than " + (LONGEST >> 20) + " MiB, which is no file of settings");
        } else if (tooDeep.isPresent()) {
            problems.add(path + ":" + tooDeep.getAsInt() + ": not a file of settings: more than " + TomlDepth.DEEPEST
                    + " brackets or parts of a key within one another");
        } else {
            take(text.get());
        }
    }

    private void take(String text) {
        try {
            take(Toml.parse(text));
        } catch (StackOverflowError e) {
            // The parser calls itself in other ways than those that are looked for; whatever it was is no setting.
            entries.clear();
            emptySections.clear();
            problems.add(path + ": not a file of settings: what stands in it is nested too deeply");
        }
    }

    private void take(TomlParseResult toml) {
        toml.errors()
                .forEach(error ->
                        problems.add(path + ":" + error.position().line() + ": not TOML: " + error.getMessage()));
        if (toml.hasErrors()) {
            // What was read in spite of them may be something else than was meant.
            return;
        }
        for (List<String> keys : toml.keyPathSet(true)) {
            Object value = toml.get(keys);
            if (value instanceof TomlTable table && !table.isEmpty()) {
                continue;
            }
            TomlPosition position = toml.inputPositionOf(keys);
            int line = position == null ? 1 : position.line();
            String key = String.join(".", keys);
            if (value instanceof TomlTable) {
                emptySections.put(key, line);
            } else if (value instanceof TomlArray array) {
                entries.put(key, new Entry(joined(array, line), true, line));
            } else {
                entries.put(key, new Entry(String.valueOf(value), false, line));
            }
        }
    }

    private String joined(TomlArray array, int line) {
        var parts = new ArrayList<String>();
        for (Object part : array.toList()) {
            if (part instanceof @Nullable String text) {
                parts.add(text);
            } else {
                problems.add(path + ":" + line + ": right is an array of strings, not one with " + part);
            }
        }
        return String.join(", ", parts);
    }

    /** By dotted key, in the order of the file; empty if it is no TOML. */
    Map<String, Entry> entries() {
        return entries;
    }

    /** Sections with nothing in them, and their lines: they say nothing, but their names may be wrong. */
    Map<String, Integer> emptySections() {
        return emptySections;
    }

    /** What is wrong with it as TOML, each with the file and the line. */
    List<String> problems() {
        return problems;
    }
}
