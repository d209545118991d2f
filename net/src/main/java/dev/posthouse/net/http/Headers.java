package dev.posthouse.net.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The header lines of a head, in order; a name may come several times, and its case does not matter. Immutable. Two are
 * equal if they have equal lines in the same order, names in any case.
 *
 * <p>What may be in a name or a value is checked when a head is written, and when one is read.
 */
public final class Headers {

    /** No header lines. */
    public static final Headers NONE = new Headers(List.of(), List.of());

    private final List<String> names;
    private final List<String> values;

    private Headers(List<String> names, List<String> values) {
        this.names = names;
        this.values = values;
    }

    /** Collects header lines; for one thread. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The value of the first line with this name. Where several lines come, most receivers take the first; what is a list
     * by its definition wants {@link #all}.
     */
    public Optional<String> first(String name) {
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).equalsIgnoreCase(name)) {
                return Optional.of(values.get(i));
            }
        }
        return Optional.empty();
    }

    /** The values of all lines with this name, in order; empty if there is none. */
    public List<String> all(String name) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).equalsIgnoreCase(name)) {
                found.add(values.get(i));
            }
        }
        return List.copyOf(found);
    }

    /** Shows every line in order: its name as it was written, and its value. */
    public void forEach(BiConsumer<String, String> action) {
        for (int i = 0; i < names.size(); i++) {
            action.accept(names.get(i), values.get(i));
        }
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Headers that) || !values.equals(that.values)) {
            return false;
        }
        for (int i = 0; i < names.size(); i++) {
            if (!names.get(i).equalsIgnoreCase(that.names.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = values.hashCode();
        for (String name : names) {
            hash = 31 * hash + name.toLowerCase(Locale.ROOT).hashCode();
        }
        return hash;
    }

    /** The names only: values may be secrets, and this ends in logs. */
    @Override
    public String toString() {
        return names.toString();
    }

    /** Collects header lines; for one thread. */
    public static final class Builder {

        private static final int USUAL_LINES = 8;

        private final List<String> names = new ArrayList<>(USUAL_LINES);
        private final List<String> values = new ArrayList<>(USUAL_LINES);

        private Builder() {}

        /**
         * Adds a line behind those there are.
         *
         * @param name as it is to be written; a token (RFC 9110 section 5.6.2)
         * @param value in ISO-8859-1, without controls other than a tab; may be empty
         * @return this
         */
        public Builder add(String name, String value) {
            names.add(name);
            values.add(value);
            return this;
        }

        int size() {
            return names.size();
        }

        /** The lines added so far; later ones do not show in it. */
        public Headers build() {
            return names.isEmpty() ? NONE : new Headers(List.copyOf(names), List.copyOf(values));
        }
    }
}
