package dev.posthouse.daemon.configuration;

import java.nio.file.Path;

/** Where a value came from. */
public sealed interface Source {

    /** Nobody said otherwise. */
    record Default() implements Source {
        @Override
        public String toString() {
            return "default";
        }
    }

    /**
     * The configuration file.
     *
     * @param line from 1 on
     */
    record File(Path path, int line) implements Source {
        @Override
        public String toString() {
            return "file " + path + ":" + line;
        }
    }

    /** An environment variable. */
    record Environment(String name) implements Source {
        @Override
        public String toString() {
            return "environment " + name;
        }
    }

    /** A flag of the command line. */
    record Flag(String name) implements Source {
        @Override
        public String toString() {
            return "flag " + name;
        }
    }
}
