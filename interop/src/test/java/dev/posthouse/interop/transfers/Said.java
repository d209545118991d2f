package dev.posthouse.interop.transfers;

import com.google.gson.JsonObject;
import dev.posthouse.interop.offset.Events;
import dev.posthouse.testkit.ChildProcess;
import java.util.List;

/** What one of our clients said with {@code --json} until it ended. */
final class Said {

    private Said() {}

    /** The reason in an event, or "none" if it did not say it. */
    static String reason(ChildProcess client, String event) {
        return word(client, event, "reason");
    }

    /** The sentence of its failure, or "none". */
    static String error(ChildProcess client) {
        return word(client, "failed", "error");
    }

    /** Whether it says that it does not know what became of what it sent. */
    static boolean isUnverified(ChildProcess client) {
        return word(client, "closed", "verified").equals("false");
    }

    /** By which route it is connected, or "none". */
    static String route(ChildProcess client) {
        return word(client, "connected", "route");
    }

    /** A number in its closed event, or -1. */
    static long count(ChildProcess client, String key) {
        String number = word(client, "closed", key);
        return number.equals("none") ? -1 : Long.parseLong(number);
    }

    private static String word(ChildProcess client, String event, String key) {
        List<JsonObject> all = Events.err(client).all(event);
        return all.isEmpty() || !all.getLast().has(key)
                ? "none"
                : all.getLast().get(key).getAsString();
    }
}
