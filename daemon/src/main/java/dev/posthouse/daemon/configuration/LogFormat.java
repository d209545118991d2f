package dev.posthouse.daemon.configuration;

/** How the log is written. */
public enum LogFormat {
    /** For people: time, level, message, {@code key=value}. */
    TEXT,
    /** For programs: one JSON object a line. */
    JSON
}
