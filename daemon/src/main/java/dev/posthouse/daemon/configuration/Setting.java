package dev.posthouse.daemon.configuration;

import java.util.Locale;

/**
 * One thing that can be set.
 *
 * @param key in the file: {@code section.name} or {@code name}; letters, digits and dashes, at most one dot
 * @param type of its value
 * @param byDefault its value if nobody says otherwise
 * @param change whether a running daemon can take a new value
 * @param doc one line, without a full stop, for the example file, the usage text and docs/operations.md
 */
public record Setting<T>(String key, SettingType<T> type, T byDefault, Change change, String doc) {

    /** When a new value takes effect. */
    public enum Change {
        /** At the next reload. */
        RELOAD,
        /** At the next start. */
        RESTART
    }

    /** The environment variable: {@code POSTHOUSE_LIMITS_WAITING_PER_ADDRESS}. */
    public String environmentName() {
        return Settings.ENVIRONMENT_PREFIX
                + key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** The flag of the command line: {@code --limits-waiting-per-address}. */
    public String flag() {
        return "--" + key.replace('.', '-');
    }

    /** The table of the file in which it stands; empty for the top. */
    public String section() {
        return key.substring(0, Math.max(0, key.indexOf('.')));
    }

    /** Its key within that table. */
    public String name() {
        return key.substring(key.indexOf('.') + 1);
    }

    /** The default as {@link SettingType#reader} reads it. */
    public String defaultText() {
        return type.writer().apply(byDefault);
    }

    @Override
    public String toString() {
        return key;
    }
}
