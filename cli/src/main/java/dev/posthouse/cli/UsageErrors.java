package dev.posthouse.cli;

import dev.posthouse.cli.dialect.Dialects;
import dev.posthouse.daemon.configuration.NearestName;
import dev.posthouse.net.ShownText;
import dev.posthouse.net.address.ShownAddress;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What is said about arguments that are none. Picocli repeats them, but an argument may be a token, or an address with a
 * password: only what has the form of an option or of a command is repeated, and of an address what may be shown.
 */
final class UsageErrors {

    private static final Pattern OPTION = Pattern.compile("(--?[A-Za-z][A-Za-z0-9.-]{0,40})(=.*)?", Pattern.DOTALL);
    private static final Pattern COMMAND = Pattern.compile("[A-Za-z][A-Za-z-]{0,20}");

    /** Two letters that changed places. */
    private static final int NEAR = 2;

    private UsageErrors() {}

    /** Prints it, with what is near and where help is; returns the exit code. */
    static int report(ParameterException error, String... args) {
        PrintWriter err = error.getCommandLine().getErr();
        String message = error instanceof UnmatchedArgumentException unmatched
                ? unmatched(unmatched)
                : withoutSecrets(String.valueOf(error.getMessage()), args);
        err.println("posthouse: " + ShownText.line(message));
        err.println("Try '" + error.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
        return Failures.USAGE;
    }

    private static String unmatched(UnmatchedArgumentException error) {
        String first = error.getUnmatched().getFirst();
        boolean atTop = error.getCommandLine().getParent() == null;
        boolean takesToken = takes(error, "TOKEN");
        if (first.startsWith("-")) {
            var option = OPTION.matcher(first);
            // One with a single dash is more often a token, which is not for every eye.
            boolean shown = option.matches() && (first.startsWith("--") || !takesToken);
            String hint =
                    takesToken && !first.startsWith("--") ? "; a TOKEN that begins with '-' stands behind '--'" : "";
            Optional<String> ofDialect = takesToken ? Dialects.hint(first) : Optional.empty();
            if (ofDialect.isPresent()) {
                hint = "; " + ofDialect.get();
            } else if (takesToken && shown && option.group(1).equals("--token")) {
                hint = "; the TOKEN stands behind the ADDRESS, or in POSTHOUSE_TOKEN";
            } else if (first.startsWith("--") && shown) {
                hint = meant(error, option.group(1))
                        .map(name -> "; did you mean '" + name + "'?")
                        .orElse("");
            }
            return (shown ? "unknown option " + option.group(1) : "unknown option") + hint;
        }
        if (atTop) {
            return COMMAND.matcher(first).matches() ? noCommand(error, first) : "a command comes first";
        }
        if (takesToken) {
            String file = isFile(first) ? first : "FILE";
            return "an argument too many behind TOKEN: a TOKEN with blanks stands in quotes, and what is sent comes from"
                    + " standard input, '< " + file + "'";
        }
        List<String> known = error.getCommandLine().getCommandSpec().positionalParameters().stream()
                .map(parameter -> parameter.paramLabel())
                .toList();
        return known.isEmpty()
                ? "there are no arguments but options here"
                : "an argument too many behind " + known.getLast();
    }

    /** The option that is nearly the same, or else the only one that has the word in it. */
    private static Optional<String> meant(UnmatchedArgumentException error, String given) {
        Set<String> known = error.getCommandLine().getCommandSpec().optionsMap().keySet();
        String nearest = NearestName.of(given, known, " ");
        if (NearestName.edits(given, nearest) <= NEAR) {
            return Optional.of(nearest);
        }
        List<String> longer =
                known.stream().filter(name -> name.contains(given.substring(2))).toList();
        return longer.size() == 1 ? Optional.of(longer.getFirst()) : Optional.empty();
    }

    private static String noCommand(UnmatchedArgumentException error, String word) {
        Set<String> commands = error.getCommandLine().getSubcommands().keySet();
        String nearest = NearestName.of(word, commands, " ");
        boolean near = NearestName.edits(word, nearest) <= NEAR;
        return "there is no command '" + word + "'" + (near ? "; did you mean '" + nearest + "'?" : "");
    }

    private static boolean isFile(String word) {
        try {
            return Files.exists(Path.of(word));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static boolean takes(UnmatchedArgumentException error, String label) {
        return error.getCommandLine().getCommandSpec().positionalParameters().stream()
                .anyMatch(parameter -> parameter.paramLabel().equals(label));
    }

    private static String withoutSecrets(String message, String... args) {
        String shown = message;
        for (String arg : args) {
            int equals = arg.indexOf('=');
            shown = hide(shown, arg);
            shown = arg.startsWith("-") && equals > 0 ? hide(shown, arg.substring(equals + 1)) : shown;
        }
        return ShownAddress.in(shown);
    }

    private static String hide(String message, String arg) {
        String shown = arg.contains("://") ? ShownAddress.of(arg) : arg.contains("@") ? "…" : arg;
        return arg.isEmpty() || arg.equals(shown) ? message : message.replace(arg, shown);
    }
}
