package dev.posthouse.daemon.configuration;

/** How much the log says. */
public enum LogLevel {
    /** Our own faults. */
    ERROR,
    /** And what wants somebody's attention. */
    WARN,
    /** And circuits. */
    INFO,
    /** And every connection, with what was wrong with it. */
    DEBUG,
    /** And the libraries' own talk. */
    TRACE
}
