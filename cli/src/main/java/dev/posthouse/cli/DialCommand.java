package dev.posthouse.cli;

import dev.posthouse.net.Role;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code posthouse dial}. */
@Command(
        name = "dial",
        aliases = "d",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Connect to the peer that accepts under TOKEN: standard input goes to it, what it sends to standard"
                        + " output. The dialer chooses the route.",
        footerHeading = "%nExamples:%n")
final class DialCommand implements Callable<Integer> {

    @Mixin
    private ConnectOptions options = new ConnectOptions(Role.DIALER);

    /** The command line of this command, with the options and the examples of every dialect. */
    static CommandLine commandLine() {
        var command = new DialCommand();
        return command.options.commandLine(command);
    }

    ConnectOptions options() {
        return options;
    }

    @Override
    public Integer call() {
        return Session.run(options, (scheme, token) -> scheme.dial(options.address(), token));
    }
}
