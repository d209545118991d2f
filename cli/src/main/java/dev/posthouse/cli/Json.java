package dev.posthouse.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** Events as the daemon's JSON writer takes them: names and values in turn. */
final class Json {

    private Json() {}

    /** A map of names and values in turn, in that order. */
    static Map<String, Object> map(Object... namesAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    static String object(Object... namesAndValues) {
        return write(map(namesAndValues));
    }

    static String write(Object value) {
        return dev.posthouse.daemon.json.Json.write(value);
    }
}
