package dev.posthouse.cli;

import dev.posthouse.cli.arguments.NativeText;
import dev.posthouse.cli.arguments.WordList;
import dev.posthouse.cli.dialect.Dialects;
import dev.posthouse.cli.streams.Printed;
import dev.posthouse.cli.streams.StandardStreams;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program {@code posthouse}. */
@Command(
        name = "posthouse",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Where two peers that cannot reach each other meet: directly when the network allows it,"
                + " through a relay when not.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  posthouse serve                                          run a relay",
            "  posthouse accept http://relay.example:8080 TOKEN > file  receive a file",
            "  posthouse dial http://relay.example:8080 TOKEN < file    send it",
            "",
            "Exit codes: 0 ok, 1 internal error, 2 usage, 10 relay unreachable,",
            "11 peer did not come, 12 authentication failed, 13 refused or over a limit,",
            "14 connection lost, 15 protocol error, 16 local input or output failed;",
            "129, 130 or 143: ended by SIGHUP, SIGINT or SIGTERM.",
            "",
            "The way to the relay follows HTTPS_PROXY, https_proxy, http_proxy, ALL_PROXY",
            "and NO_PROXY."
        })
public final class Main implements Runnable {

    /** Options that the original takes before its command, and whether a value follows. */
    private static final Set<String> ORIGINAL_WITH_VALUE = Set.of("-l", "-s");

    private static final Set<String> ORIGINAL_ALONE = Set.of("-v", "-w");

    /** Commands that are about others, and not what somebody wants who gives none. */
    private static final Set<String> ABOUT_COMMANDS = Set.of("completion", "help");

    @Spec
    private @Nullable CommandSpec spec;

    /** Starts it, and ends the process with its exit code. */
    public static void main(String[] args) {
        Printed printed = StandardStreams.settle();
        int code = run(printed, args);
        if (isEnding()) {
            // A signal is the first cause, and its number the exit code. What it has cut short failed only because
            // of it.
            park();
        }
        // Not System.exit: that asks the logging system whether exits are logged, and starting it takes longer than
        // most commands do. Nothing is left to a shutdown hook here; an interrupt does not come this way.
        Runtime.getRuntime().halt(code);
    }

    /** Whether a signal has begun to end the process. Only adding a hook tells: then it is refused. */
    static boolean isEnding() {
        var probe = new Thread(() -> {});
        try {
            Runtime.getRuntime().addShutdownHook(probe);
            Runtime.getRuntime().removeShutdownHook(probe);
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    /** Leaves the end to whoever has begun it. */
    private static void park() {
        while (true) {
            LockSupport.park();
        }
    }

    /** Runs a command, and fails it if what it printed could not be written. */
    private static int run(Printed printed, String... args) {
        var out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = execute(commandLine().setOut(out).setErr(err), args);
        out.flush();
        err.flush();
        try {
            printed.check();
            return code;
        } catch (IOException e) {
            int failed = Failures.report(e, err);
            return code == Failures.OK ? failed : code;
        }
    }

    private static int execute(CommandLine line, String... args) {
        try {
            return line.execute(originalOrder(NativeText.arguments(args)));
        } catch (IllegalArgumentException e) {
            return Failures.report(e, line.getErr());
        }
    }

    private static Path path(String name) {
        try {
            return NativeText.path(name);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }

    static CommandLine commandLine() {
        CommandLine all = new CommandLine(new Main())
                .addSubcommand(ServeCommand.commandLine())
                .addSubcommand(DialCommand.commandLine())
                .addSubcommand(AcceptCommand.commandLine());
        Dialects.known().forEach(module -> module.commands().forEach(all::addSubcommand));
        return all.addSubcommand(new CompletionCommand())
                .addSubcommand(new HelpCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                // A TOKEN @FILE is the word in the file; picocli would take the file for more arguments.
                .setExpandAtFiles(false)
                .registerConverter(Path.class, Main::path)
                .setParameterExceptionHandler(UsageErrors::report)
                .setExecutionExceptionHandler((error, line, parsed) -> Failures.report(error, line.getErr()))
                .setExitCodeExceptionMapper(Failures::exitCode);
    }

    /** The original's command line has its options before the command; picocli wants them behind it. */
    static String[] originalOrder(String... args) {
        List<String> before = new ArrayList<>();
        int i = 0;
        while (i < args.length) {
            if (ORIGINAL_WITH_VALUE.contains(args[i]) && i + 1 < args.length) {
                before.add(args[i++]);
                before.add(args[i++]);
            } else if (ORIGINAL_ALONE.contains(args[i])) {
                before.add(args[i++]);
            } else {
                break;
            }
        }
        if (before.isEmpty() || i == args.length || args[i].startsWith("-")) {
            return args;
        }
        List<String> ordered = new ArrayList<>();
        ordered.add(args[i]);
        ordered.addAll(before);
        ordered.addAll(List.of(args).subList(i + 1, args.length));
        return ordered.toArray(String[]::new);
    }

    /** No command: that is no use of it. */
    @Override
    public void run() {
        CommandSpec here = Objects.requireNonNull(spec, "picocli sets it");
        throw new ParameterException(
                here.commandLine(),
                "a command is missing: "
                        + WordList.of(
                                here.subcommands().values().stream()
                                        .map(CommandLine::getCommandName)
                                        .distinct()
                                        .filter(name -> !ABOUT_COMMANDS.contains(name))
                                        .toList(),
                                "or"));
    }

    /** The version of this build. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"posthouse " + (version == null ? "(not built)" : version)};
        }
    }

    /** The completion script for bash and zsh. */
    static String completionScript() {
        return AutoComplete.bash("posthouse", commandLine());
    }
}
