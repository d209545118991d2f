package dev.posthouse.daemon.configuration;

import java.util.List;
import java.util.function.Function;

/** What is drawn from the table of settings for people to read. */
public final class ConfigurationText {

    private ConfigurationText() {}

    static String of(Configuration configuration) {
        return sections(setting -> assignment(setting, configuration.value(setting)) + " # "
                + TomlText.comment(configuration.source(setting).toString()) + "\n");
    }

    @SuppressWarnings("unchecked") // The value is the setting's own.
    private static <T> String assignment(Setting<T> setting, Object value) {
        return setting.name() + " = " + setting.type().toml().apply((T) value);
    }

    /** A file that sets nothing: every setting with its description and its default, commented out. */
    public static String example() {
        return "# Posthouse. Everything below is the default; take the # off to change it. Each setting can also be given as a\n"
                + "# flag (--limits-lobby 2m) or in the environment (POSTHOUSE_LIMITS_LOBBY=2m), which have precedence.\n"
                + "# Settings marked (restart) change when the daemon starts again, the others when it gets a SIGHUP.\n\n"
                + sections(setting -> "# " + setting.doc() + restart(setting) + "\n#"
                        + assignment(setting, setting.byDefault()) + "\n");
    }

    private static String restart(Setting<?> setting) {
        return setting.change() == Setting.Change.RESTART ? " (restart)" : "";
    }

    private static String sections(Function<Setting<?>, String> lines) {
        var out = new StringBuilder();
        String section = "";
        for (Setting<?> setting : Settings.all()) {
            if (!setting.section().equals(section)) {
                section = setting.section();
                out.append("\n[").append(section).append("]\n");
            }
            out.append(lines.apply(setting));
        }
        return out.toString();
    }

    /** The rows of the table in docs/operations.md, in Markdown. */
    public static List<String> documentation() {
        return Settings.all().stream()
                .map(setting ->
                        "| `" + setting.key() + "` | `" + setting.type().label().replace("|", "\\|") + "` | "
                                + (setting.defaultText().isEmpty() ? "none" : "`" + setting.defaultText() + "`") + " | "
                                + setting.doc() + " | "
                                + (setting.change() == Setting.Change.RELOAD ? "reload" : "restart") + " |")
                .toList();
    }
}
