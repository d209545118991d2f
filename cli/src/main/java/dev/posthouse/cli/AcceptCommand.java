package dev.posthouse.cli;

import dev.posthouse.net.Role;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code posthouse accept}. */
@Command(
        name = "accept",
        aliases = "a",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Wait for the peer that dials under TOKEN: standard input goes to it, what it sends to standard"
                + " output.",
        footerHeading = "%nExamples:%n")
final class AcceptCommand implements Callable<Integer> {

    @Mixin
    private ConnectOptions options = new ConnectOptions(Role.ACCEPTOR);

    /** The command line of this command, with the options and the examples of every dialect. */
    static CommandLine commandLine() {
        var command = new AcceptCommand();
        return command.options.commandLine(command);
    }

    ConnectOptions options() {
        return options;
    }

    @Override
    public Integer call() {
        return Session.run(options, (scheme, token) -> scheme.accept(options.address(), token));
    }
}
