package dev.posthouse.daemon.configuration;

import dev.posthouse.relay.limit.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The value of every setting, with where it came from. Immutable. */
public final class Configuration {

    /** Names the configuration file. */
    static final String FILE_VARIABLE = "POSTHOUSE_CONFIG";

    /** Whence it was read, to read it again. */
    record Inputs(Optional<Path> file, Map<String, String> environment, Map<String, String> flags) {
        Inputs {
            environment = Map.copyOf(environment);
            flags = Map.copyOf(flags);
        }
    }

    private final Inputs inputs;
    private final Map<String, Given<?>> values;
    private final List<String> warnings;

    Configuration(Inputs inputs, Map<String, Given<?>> values, List<String> warnings) {
        this.inputs = inputs;
        this.values = Map.copyOf(values);
        this.warnings = List.copyOf(warnings);
    }

    /**
     * Reads a configuration: the defaults, over them the file, the environment, the flags.
     *
     * @param file to be read; empty for none ({@link #defaultFile} finds the usual one)
     * @param environment of the process; only variables named {@code POSTHOUSE_…} matter, and of these empty ones count as
     *     not set
     * @param flags by their whole name: {@code --listen}
     * @throws ConfigurationError with everything that is wrong
     */
    public static Configuration load(Optional<Path> file, Map<String, String> environment, Map<String, String> flags)
            throws ConfigurationError {
        var reader = new ConfigurationReader();
        file.ifPresent(reader::file);
        reader.environment(environment);
        reader.flags(flags);
        return reader.finish(new Inputs(file, environment, flags));
    }

    /**
     * The file that is read if nobody names one: what {@code POSTHOUSE_CONFIG} names, whether it exists or not; else the
     * first that exists of {@code $XDG_CONFIG_HOME/posthouse/posthouse.toml} (without that variable {@code
     * $HOME/.config/…}) and {@code /etc/posthouse/posthouse.toml}.
     *
     * @param environment of the process
     */
    public static Optional<Path> defaultFile(Map<String, String> environment) {
        Optional<Path> named = directory(environment, FILE_VARIABLE);
        if (named.isPresent()) {
            return named;
        }
        Optional<Path> personal = directory(environment, "XDG_CONFIG_HOME")
                .or(() -> directory(environment, "HOME").map(home -> home.resolve(".config")));
        return Stream.of(personal, Optional.of(Path.of("/etc")))
                .flatMap(Optional::stream)
                .map(directory -> directory.resolve("posthouse").resolve("posthouse.toml"))
                .filter(Files::exists)
                .findFirst();
    }

    /**
     * Where the daemon keeps what it must not lose: what {@link Settings#STATE} says; else {@code $STATE_DIRECTORY}, which
     * systemd sets; else {@code $XDG_STATE_HOME/posthouse}, or {@code posthouse} below {@code $HOME/.local/state}, on macOS
     * {@code $HOME/Library/Application Support}, on Windows {@code %LOCALAPPDATA%}.
     *
     * @return empty if nothing says where
     */
    public Optional<Path> stateDirectory() {
        Map<String, String> environment = inputs.environment();
        Optional<Path> home = directory(environment, "HOME");
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        Optional<Path> usual = system.startsWith("mac")
                ? home.map(below -> below.resolve("Library").resolve("Application Support"))
                : system.startsWith("windows")
                        ? directory(environment, "LOCALAPPDATA")
                        : directory(environment, "XDG_STATE_HOME")
                                .or(() -> home.map(
                                        below -> below.resolve(".local").resolve("state")));
        return value(Settings.STATE)
                .or(() -> directory(environment, "STATE_DIRECTORY"))
                .or(() -> usual.map(below -> below.resolve("posthouse")));
    }

    private static Optional<Path> directory(Map<String, String> environment, String variable) {
        return Optional.ofNullable(environment.get(variable))
                .filter(value -> !value.isBlank())
                .map(Path::of);
    }

    /**
     * Reads the same sources again: the file may have changed.
     *
     * @throws ConfigurationError with everything that is wrong now; this configuration stays as it is
     */
    public Configuration reread() throws ConfigurationError {
        return load(inputs.file(), inputs.environment(), inputs.flags());
    }

    /** The file that was read, if any. */
    public Optional<Path> file() {
        return inputs.file();
    }

    /** A setting's value. */
    @SuppressWarnings("unchecked") // The reader puts under a setting's key what its type has read.
    public <T> T value(Setting<T> setting) {
        return (T) given(setting).value();
    }

    /** A setting's value as text, as it could be given on the command line. */
    public <T> String text(Setting<T> setting) {
        return setting.type().writer().apply(value(setting));
    }

    /** Where a setting's value came from. */
    public Source source(Setting<?> setting) {
        return given(setting).source();
    }

    private Given<?> given(Setting<?> setting) {
        Given<?> given = values.get(setting.key());
        if (given == null) {
            throw new IllegalArgumentException(setting + " is not in the table of settings");
        }
        return given;
    }

    /** The relay's limits. */
    public Limits limits() {
        Limits.Builder limits = Limits.builder();
        for (LimitSetting<?> limit : Settings.LIMITS) {
            limits = limit.apply(this, limits);
        }
        return limits.build();
    }

    /** What looks wrong but is not an error, each one line. */
    public List<String> warnings() {
        return warnings;
    }

    /** The settings whose values differ from another configuration's. */
    public List<Setting<?>> differences(Configuration other) {
        return Settings.all().stream()
                .filter(setting -> !value(setting).equals(other.value(setting)))
                .toList();
    }

    /**
     * The restrictions of this configuration that another one lifts, each one line that names the setting; none if it lifts none.
     * See {@link Settings#RELOAD_LIFT}.
     */
    public List<String> liftedBy(Configuration next) {
        return Lifted.by(this, next);
    }

    /**
     * What a running daemon makes of a new configuration: the new values of settings that can change, the old ones of the
     * others.
     */
    public Configuration changedTo(Configuration next) {
        var merged = new LinkedHashMap<String, Given<?>>();
        for (Setting<?> setting : Settings.all()) {
            Configuration from = setting.change() == Setting.Change.RELOAD ? next : this;
            merged.put(setting.key(), from.given(setting));
        }
        return new Configuration(inputs, merged, next.warnings);
    }

    /**
     * The configuration as a TOML file that gives the same again, each value with where it came from in a comment. What a
     * file of secrets holds is never shown, only its name.
     */
    public String print() {
        return ConfigurationText.of(this);
    }
}
