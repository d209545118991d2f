package dev.posthouse.cli;

import java.util.ArrayList;
import java.util.List;

/** Options that are given and that have no use here: ignoring them would let the user believe in them. */
final class ForeignOptions {

    private final List<String> given = new ArrayList<>();

    /**
     * Notes an option that does not belong here, if it is given.
     *
     * @param why where it belongs, and what is so different here
     */
    ForeignOptions refuse(String option, boolean isGiven, String why) {
        if (isGiven) {
            given.add(option + " (" + why + ")");
        }
        return this;
    }

    /**
     * @param here names what they do nothing with
     * @throws IllegalArgumentException that names all of them, if there are any
     */
    void check(String here) {
        if (!given.isEmpty()) {
            throw new IllegalArgumentException(
                    "leave out what does nothing with " + here + ": " + String.join(", ", given));
        }
    }
}
