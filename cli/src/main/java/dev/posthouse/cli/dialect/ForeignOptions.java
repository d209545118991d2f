package dev.posthouse.cli.dialect;

import java.util.ArrayList;
import java.util.List;

/** Options that are given and that have no use here: ignoring them would let the user believe in them. One thread. */
public final class ForeignOptions {

    private final String here;
    private final List<String> given = new ArrayList<>();

    /** @param here names what they do nothing with: "an https:// address" */
    public ForeignOptions(String here) {
        this.here = here;
    }

    /**
     * Notes an option that does not belong here, if it is given.
     *
     * @param why where it belongs, and what is so different here
     */
    public ForeignOptions refuse(String option, boolean isGiven, String why) {
        if (isGiven) {
            given.add(option + " (" + why + ")");
        }
        return this;
    }

    /** @throws IllegalArgumentException that names all of them, if there are any */
    public void check() {
        if (!given.isEmpty()) {
            throw new IllegalArgumentException(
                    "leave out what does nothing with " + here + ": " + String.join(", ", given));
        }
    }
}
