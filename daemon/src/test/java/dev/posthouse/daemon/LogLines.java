package dev.posthouse.daemon;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** Collects a JSON log. */
final class LogLines implements Consumer<String> {

    private final List<JsonObject> lines = new CopyOnWriteArrayList<>();

    @Override
    public void accept(String line) {
        lines.add(JsonParser.parseString(line).getAsJsonObject());
    }

    List<JsonObject> all() {
        return lines;
    }

    /** The first line of an event, as soon as it is there. */
    JsonObject await(String event) {
        Awaitility.await("the event " + event)
                .atMost(Duration.ofSeconds(10))
                .until(() -> named(event).findFirst().isPresent());
        return named(event).findFirst().orElseThrow();
    }

    private Stream<JsonObject> named(String event) {
        return lines.stream().filter(line -> line.get("event").getAsString().equals(event));
    }

    /** Whether a sentence of the log contains a text. */
    boolean says(String text) {
        return named("log").anyMatch(line -> line.get("message").getAsString().contains(text));
    }
}
