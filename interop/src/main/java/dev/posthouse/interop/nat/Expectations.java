package dev.posthouse.interop.nat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads interop/nat/expectations.txt: a line for each cell, columns between bars, {@code #} for comments. The file says
 * itself what the columns mean.
 */
final class Expectations {

    private static final String NOTHING = "-";
    private static final String CUT_RELAY = "cut relay";

    /** Name, by default, topology, conditions; the pairs follow. */
    private static final int BEFORE_PAIRS = 4;

    private Expectations() {}

    /**
     * Reads the file.
     *
     * @throws IllegalArgumentException if a line is not in order; says which, and what would be right
     */
    static List<Cell> read(Path file) throws IOException {
        return parse(Files.readAllLines(file, StandardCharsets.UTF_8));
    }

    /** The same from its lines. */
    static List<Cell> parse(List<String> lines) {
        var cells = new ArrayList<Cell>();
        var names = new HashSet<String>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                Cell cell = cell(line);
                if (!names.add(cell.name())) {
                    throw new IllegalArgumentException("there are two cells named " + cell.name());
                }
                cells.add(cell);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("expectations, line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        return List.copyOf(cells);
    }

    private static Cell cell(String line) {
        List<String> columns =
                Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
        if (columns.size() != BEFORE_PAIRS + Pair.values().length) {
            throw new IllegalArgumentException(
                    "a cell has " + (BEFORE_PAIRS + Pair.values().length) + " columns, not " + columns.size());
        }
        var expected = new EnumMap<Pair, Expected>(Pair.class);
        Iterator<String> words = columns.listIterator(BEFORE_PAIRS);
        for (Pair pair : Pair.values()) {
            String word = words.next();
            if (!word.equals(NOTHING)) {
                expected.put(pair, Expected.parse(word));
            }
        }
        checkNeverWorseThanTheOriginal(expected);
        var conditions = new ArrayList<Cell.Condition>();
        boolean cutRelay = false;
        for (String part : columns.get(3).split(",", -1)) {
            String condition = part.strip();
            if (condition.equals(CUT_RELAY)) {
                cutRelay = true;
            } else if (!condition.equals(NOTHING)) {
                conditions.add(condition(condition));
            }
        }
        return new Cell(
                columns.get(0),
                byDefault(columns.get(1), expected.keySet()),
                columns.get(2),
                conditions,
                cutRelay,
                expected);
    }

    /** The rule that no file of expectations may give up: with ours at one end or both it is never worse than without. */
    private static void checkNeverWorseThanTheOriginal(Map<Pair, Expected> expected) {
        Expected original = expected.get(Pair.GO_GO);
        if (original == null) {
            return;
        }
        expected.forEach((pair, with) -> {
            if (with.isWorseThan(original)) {
                throw new IllegalArgumentException(
                        "go/go is " + original.word() + ", so " + pair.label() + " may not be " + with.word());
            }
        });
    }

    private static Set<Pair> byDefault(String word, Set<Pair> all) {
        return switch (word) {
            case "no" -> Set.of();
            case "ours/ours" -> Set.of(Pair.OURS_OURS);
            case "every pair" -> all;
            default ->
                throw new IllegalArgumentException(
                        "what runs by default is no, ours/ours or every pair, not \"" + word + "\"");
        };
    }

    private static Cell.Condition condition(String text) {
        List<String> words = List.of(text.split("\\s+"));
        if (words.size() < 2) {
            throw new IllegalArgumentException(
                    "conditions are such as \"ra delay=10ms loss=1%\" or \"" + CUT_RELAY + "\", not \"" + text + "\"");
        }
        return new Cell.Condition(words.getFirst(), words.subList(1, words.size()));
    }
}
