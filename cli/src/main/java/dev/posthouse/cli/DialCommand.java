package dev.posthouse.cli;

import java.util.concurrent.Callable;
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
        footerHeading = "%nExamples:%n",
        footer = {
            "  posthouse dial https://relay.example TOKEN < file",
            "  posthouse dial https://relay.example @token.txt --space none < file",
            "                                              always through the relay",
            "  tar c dir | POSTHOUSE_TOKEN=… posthouse dial https://relay.example"
        })
final class DialCommand implements Callable<Integer> {

    @Mixin
    private ConnectOptions options = new ConnectOptions();

    @Override
    public Integer call() {
        return Session.run(options, (scheme, token) -> scheme.dial(options.address(), token));
    }
}
