package dev.posthouse.cli;

import dev.posthouse.cli.arguments.NativeText;
import dev.posthouse.daemon.DaemonProcess;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.ConfigurationError;
import dev.posthouse.daemon.configuration.Setting;
import dev.posthouse.daemon.configuration.Settings;
import dev.posthouse.net.ShownText;
import dev.posthouse.net.address.ShownAddress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code posthouse serve}. Every setting of the daemon is a flag; they are drawn from its table, not listed here. */
@Command(
        name = "serve",
        aliases = "s",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Run a relay. Settings come from a TOML file, then POSTHOUSE_* variables, then flags.",
        footerHeading =
                "%nSignals: SIGTERM and SIGINT let circuits finish, a second one ends at once; SIGHUP reloads limits,"
                        + " access and certificates.%n%nExamples:%n",
        footer = {
            "  posthouse serve",
            "  posthouse serve --listen 127.0.0.1:18080 --access-tokens tokens.txt",
            "  posthouse serve --config posthouse.toml --print-config"
        })
final class ServeCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "the settings' file; by default the platform's, if there is one")
    private @Nullable Path config;

    @Option(names = "--print-config", description = "print every setting and where it comes from, and end")
    private boolean printConfig;

    @Option(names = "--json", description = "say what happens as one JSON object a line on standard error")
    private boolean json;

    @Option(
            names = {"-v", "--verbose"},
            description = "say more: also what peers did wrong")
    private boolean verbose;

    /** The command line of this command with an option for each setting. */
    static CommandLine commandLine() {
        var line = new CommandLine(new ServeCommand());
        for (Setting<?> setting : Settings.all()) {
            OptionSpec.Builder option = setting.equals(Settings.LISTEN)
                    ? OptionSpec.builder("-l", setting.flag())
                    : OptionSpec.builder(setting.flag());
            line.getCommandSpec()
                    .addOption(option.type(String.class)
                            .paramLabel("VALUE")
                            .description(setting.doc() + " (" + shown(setting) + ")")
                            .build());
        }
        return line;
    }

    private static String shown(Setting<?> setting) {
        String text = setting.defaultText();
        return text.isEmpty() ? "none" : text;
    }

    @Override
    public Integer call() {
        CommandSpec here = Objects.requireNonNull(spec, "picocli sets it");
        PrintWriter err = here.commandLine().getErr();
        Configuration configuration;
        try {
            Map<String, String> environment = NativeText.environment();
            configuration = Configuration.load(
                    Optional.ofNullable(config).or(() -> Configuration.defaultFile(environment)),
                    environment,
                    flags(here.commandLine().getParseResult()));
        } catch (ConfigurationError e) {
            e.problems().forEach(problem -> err.println("posthouse: " + ShownText.line(ShownAddress.in(problem))));
            err.flush();
            return Failures.USAGE;
        }
        if (printConfig) {
            here.commandLine().getOut().print(configuration.print());
            here.commandLine().getOut().flush();
            return Failures.OK;
        }
        Consumer<String> sink = line -> {
            err.println(line);
            err.flush();
        };
        return DaemonProcess.run(configuration, sink);
    }

    private Map<String, String> flags(ParseResult parsed) {
        var flags = new LinkedHashMap<String, String>();
        if (json) {
            flags.put(Settings.LOG_FORMAT.flag(), "json");
        }
        if (verbose) {
            flags.put(Settings.LOG_LEVEL.flag(), "debug");
        }
        for (Setting<?> setting : Settings.all()) {
            if (parsed.hasMatchedOption(setting.flag())) {
                flags.put(setting.flag(), value(parsed, setting.flag()));
            }
        }
        return flags;
    }

    /** An empty one is a script's variable that is not set: what it was to restrict would be open. */
    private static String value(ParseResult parsed, String flag) {
        String value = parsed.matchedOptionValue(flag, "");
        if (value.isEmpty()) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    flag + " has an empty value: leave the option out where it is to say nothing");
        }
        return value;
    }
}
