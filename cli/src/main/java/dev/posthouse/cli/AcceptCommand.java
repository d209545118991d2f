package dev.posthouse.cli;

import java.util.concurrent.Callable;
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
        footerHeading = "%nExamples:%n",
        footer = {
            "  posthouse accept https://relay.example TOKEN < /dev/null > file",
            "  posthouse accept https://relay.example @token.txt --timeout 10m | tar x"
        })
final class AcceptCommand implements Callable<Integer> {

    @Mixin
    private ConnectOptions options = new ConnectOptions();

    @Override
    public Integer call() {
        options.accepting();
        return Session.run(options, (scheme, token) -> scheme.accept(options.address(), token));
    }
}
