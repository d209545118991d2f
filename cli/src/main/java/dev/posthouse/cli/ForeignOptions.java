package dev.posthouse.cli;

import java.util.ArrayList;
import java.util.List;

/** Options that are given and that the address has no use for: ignoring them would let the user believe in them. */
final class ForeignOptions {

    private final String address;
    private final List<String> given = new ArrayList<>();

    private ForeignOptions(String address) {
        this.address = address;
    }

    /** @param address names in the error what kind of address it is */
    static ForeignOptions of(String address) {
        return new ForeignOptions(address);
    }

    /** Notes an option that does not belong there, if it is given. */
    ForeignOptions refuse(String option, boolean isGiven, String why) {
        if (isGiven) {
            given.add(option + " (" + why + ")");
        }
        return this;
    }

    /** @throws IllegalArgumentException that names all of them, if there are any */
    void check() {
        if (!given.isEmpty()) {
            throw new IllegalArgumentException(
                    "leave out what does nothing with " + address + ": " + String.join(", ", given));
        }
    }
}
