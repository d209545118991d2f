package dev.posthouse.interop.nat.peer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A peer's answer to one {@link TryCommand}.
 *
 * @param id the command's
 * @param ok whether it connected and all bytes arrived whole, both ways
 * @param route direct or relayed, if it connected
 * @param millis until connected, the wait for the peer included; or until the failure
 * @param error why it is not ok
 * @param relayRoundTrip as the peer measured it; only ours tell
 * @param choice from the meeting of both peers to the choice of the route; only ours tell
 * @param attempts what became of each direct attempt; only ours tell
 */
public record Outcome(
        long id,
        boolean ok,
        Optional<String> route,
        long millis,
        Optional<String> error,
        Optional<Duration> relayRoundTrip,
        Optional<Duration> choice,
        List<String> attempts) {

    public Outcome {
        attempts = List.copyOf(attempts);
    }

    /** A failure before there was a connection. */
    public static Outcome failed(long id, long millis, String error) {
        return new Outcome(
                id, false, Optional.empty(), millis, Optional.of(error), Optional.empty(), Optional.empty(), List.of());
    }

    /** The same connection, of which the exchange went wrong. */
    Outcome broken(String why) {
        return new Outcome(id, false, route, millis, Optional.of(why), relayRoundTrip, choice, attempts);
    }

    /** The line, without its end. */
    public String toJson() {
        var json = new JsonObject();
        json.addProperty("id", id);
        json.addProperty("ok", ok);
        route.ifPresent(value -> json.addProperty("route", value));
        json.addProperty("millis", millis);
        error.ifPresent(value -> json.addProperty("error", value));
        relayRoundTrip.ifPresent(value -> json.addProperty("relayRoundTripMicros", value.toNanos() / 1_000));
        choice.ifPresent(value -> json.addProperty("choiceMicros", value.toNanos() / 1_000));
        if (!attempts.isEmpty()) {
            var list = new JsonArray();
            attempts.forEach(list::add);
            json.add("attempts", list);
        }
        return json.toString();
    }

    /**
     * Reads a line of ours or of the original's.
     *
     * @throws IllegalArgumentException if it is no answer
     */
    public static Outcome parse(String line) {
        try {
            JsonObject json = JsonParser.parseString(line).getAsJsonObject();
            var attempts = new ArrayList<String>();
            field(json, "attempts", JsonElement::getAsJsonArray)
                    .ifPresent(list -> list.forEach(one -> attempts.add(one.getAsString())));
            return new Outcome(
                    json.get("id").getAsLong(),
                    json.get("ok").getAsBoolean(),
                    field(json, "route", JsonElement::getAsString),
                    json.get("millis").getAsLong(),
                    field(json, "error", JsonElement::getAsString),
                    field(json, "relayRoundTripMicros", Outcome::micros),
                    field(json, "choiceMicros", Outcome::micros),
                    attempts);
        } catch (JsonParseException | IllegalStateException | NullPointerException | NumberFormatException e) {
            throw new IllegalArgumentException("an answer has at least id, ok and millis, unlike " + line, e);
        }
    }

    private static Duration micros(JsonElement value) {
        return Duration.ofNanos(value.getAsLong() * 1_000);
    }

    private static <T> Optional<T> field(JsonObject json, String name, Function<JsonElement, T> as) {
        return json.has(name) ? Optional.of(as.apply(json.get(name))) : Optional.empty();
    }
}
