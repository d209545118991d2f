package dev.posthouse.interop.offset;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a program says, one JSON object a line.
 *
 * @param process which program
 * @param from where it says them
 */
public record Events(ChildProcess process, Output from) {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Those on standard output. */
    public static Events out(ChildProcess process) {
        return new Events(process, Output.OUT);
    }

    /** Those on standard error. */
    public static Events err(ChildProcess process) {
        return new Events(process, Output.ERR);
    }

    /** Waits for the first event of a name. */
    public JsonObject await(String name) {
        return await(name, PATIENCE);
    }

    /** Waits for the first event of a name, for a time; fails with all that was said. */
    public JsonObject await(String name, Duration patience) {
        return await(name, event -> true, patience);
    }

    /** Waits for the first event of a name that fits. */
    public JsonObject await(String name, Predicate<JsonObject> fits) {
        return await(name, fits, PATIENCE);
    }

    /** The same, for a time; fails with all that was said. */
    public JsonObject await(String name, Predicate<JsonObject> fits, Duration patience) {
        String line =
                process.awaitLine(from, said -> parse(said, name).filter(fits).isPresent(), name, patience);
        return parse(line, name).orElseThrow();
    }

    /** All of a name so far. */
    public List<JsonObject> all(String name) {
        return process.lines(from).stream()
                .flatMap(line -> parse(line, name).stream())
                .toList();
    }

    private static Optional<JsonObject> parse(String line, String name) {
        // Cheap first: a relay says a lot.
        if (!line.startsWith("{") || !line.contains('"' + name + '"')) {
            return Optional.empty();
        }
        JsonObject event = JsonParser.parseString(line).getAsJsonObject();
        return event.has("event") && event.get("event").getAsString().equals(name)
                ? Optional.of(event)
                : Optional.empty();
    }
}
