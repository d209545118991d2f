package dev.posthouse.daemon.configuration;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the sources in their order, each over the ones before it, and collects what is wrong. Used once, by one thread. */
final class ConfigurationReader {

    /** Variables of ours that are no settings: the commands' token, the launcher's options, the file's name. */
    private static final Set<String> OTHER_VARIABLES =
            Set.of("POSTHOUSE_TOKEN", "POSTHOUSE_JVM_OPTIONS", Configuration.FILE_VARIABLE);

    private final Map<String, Given<?>> values = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    ConfigurationReader() {
        Settings.all().forEach(setting -> values.put(setting.key(), byDefault(setting)));
    }

    private static <T> Given<T> byDefault(Setting<T> setting) {
        return new Given<>(setting.byDefault(), new Source.Default());
    }

    void file(Path path) {
        ConfigurationFile file = ConfigurationFile.read(path);
        problems.addAll(file.problems());
        sections(path, file.emptySections());
        Map<String, Setting<?>> known = by(Setting::key);
        file.entries().forEach((key, entry) -> {
            Setting<?> setting = known.get(key);
            String where = path + ":" + entry.line() + ": ";
            if (setting == null) {
                problems.add(where + "unknown setting " + key + NearestName.question(key, known.keySet(), "."));
            } else if (entry.array() && !setting.type().list()) {
                problems.add(where + key + ": right is one value, not an array");
            } else {
                take(setting, entry.text(), new Source.File(path, entry.line()), where + key);
            }
        });
    }

    private void sections(Path path, Map<String, Integer> emptySections) {
        Set<String> known = Settings.all().stream()
                .map(Setting::section)
                .filter(section -> !section.isEmpty())
                .collect(Collectors.toSet());
        emptySections.forEach((section, line) -> {
            if (!known.contains(section)) {
                problems.add(
                        path + ":" + line + ": unknown section " + section + NearestName.question(section, known, "."));
            }
        });
    }

    void environment(Map<String, String> environment) {
        Map<String, Setting<?>> known = by(Setting::environmentName);
        environment.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(variable -> {
            String name = variable.getKey();
            Setting<?> setting = known.get(name);
            if (setting != null && !variable.getValue().isBlank()) {
                take(setting, variable.getValue().strip(), new Source.Environment(name), "environment: " + name);
            } else if (setting == null
                    && name.startsWith(Settings.ENVIRONMENT_PREFIX)
                    && !OTHER_VARIABLES.contains(name)) {
                // No error: Kubernetes makes variables of this kind for a service that is named posthouse.
                warnings.add("environment: " + name + " is no setting and is ignored; the nearest is "
                        + NearestName.of(name, known.keySet(), "_"));
            }
        });
    }

    void flags(Map<String, String> flags) {
        Map<String, Setting<?>> known = by(Setting::flag);
        flags.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(flag -> {
            String name = flag.getKey();
            Setting<?> setting = known.get(name);
            if (setting == null) {
                problems.add("flag " + name + ": unknown" + NearestName.question(name, known.keySet(), "-"));
            } else {
                take(setting, flag.getValue().strip(), new Source.Flag(name), "flag " + name);
            }
        });
    }

    private static Map<String, Setting<?>> by(Function<Setting<?>, String> name) {
        return Settings.all().stream()
                .collect(Collectors.toMap(name, setting -> setting, (one, other) -> one, LinkedHashMap::new));
    }

    private <T> void take(Setting<T> setting, String text, Source source, String where) {
        try {
            values.put(setting.key(), new Given<>(setting.type().reader().apply(text), source));
        } catch (IllegalArgumentException e) {
            problems.add(where + ": " + e.getMessage());
        }
    }

    /**
     * What was read, as a whole.
     *
     * @throws ConfigurationError if anything was wrong
     */
    Configuration finish(Configuration.Inputs inputs) throws ConfigurationError {
        var configuration = new Configuration(inputs, values, warnings);
        together(configuration, Settings.TLS_CERTIFICATE, Settings.TLS_KEY);
        together(configuration, Settings.TLS_KEY, Settings.TLS_CERTIFICATE);
        if (!problems.isEmpty()) {
            throw new ConfigurationError(problems);
        }
        return configuration;
    }

    private void together(
            Configuration configuration, Setting<? extends Optional<?>> one, Setting<? extends Optional<?>> other) {
        @Nullable Source source = configuration.value(one).isPresent() ? configuration.source(one) : null;
        if (source != null && configuration.value(other).isEmpty()) {
            problems.add(one + " is set (" + source + "), but " + other + " is not: TLS needs both");
        }
    }
}
