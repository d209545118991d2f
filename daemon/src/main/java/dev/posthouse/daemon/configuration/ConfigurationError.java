package dev.posthouse.daemon.configuration;

import java.util.List;

/** The configuration is wrong; the message names everything that is wrong with it, one problem a line. */
public final class ConfigurationError extends Exception {

    private final List<String> problems;

    ConfigurationError(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** Each says where it stands, what is wrong and what would be right; at least one. */
    public List<String> problems() {
        return problems;
    }
}
