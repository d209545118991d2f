package dev.posthouse.net.address;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the recorded vectors: JSON arrays of flat objects whose strings have no escape but the tab. */
final class Vectors {

    private static final Pattern OBJECT = Pattern.compile("\\{([^}]*)}");
    private static final Pattern FIELD = Pattern.compile("\"(\\w+)\": (?:\"([^\"]*)\"|(true|false))");

    private Vectors() {}

    /** One object of the array. */
    record Fields(Map<String, String> byName) {
        String text(String name) {
            return Objects.requireNonNull(byName.get(name), name);
        }
    }

    static List<Fields> rows(String file) {
        String json;
        try (InputStream in = Objects.requireNonNull(Vectors.class.getResourceAsStream(file), file)) {
            json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Fields> rows = new ArrayList<>();
        Matcher objects = OBJECT.matcher(json);
        while (objects.find()) {
            Map<String, String> row = new HashMap<>();
            Matcher fields = FIELD.matcher(objects.group(1));
            while (fields.find()) {
                String text = fields.group(2) != null ? fields.group(2) : fields.group(3);
                row.put(fields.group(1), text.replace("\\t", "\t"));
            }
            rows.add(new Fields(row));
        }
        return rows;
    }
}
