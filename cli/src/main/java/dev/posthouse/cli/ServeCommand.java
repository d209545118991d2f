package dev.posthouse.cli;

import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.relay.Relay;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code posthouse serve}. */
@Command(name = "serve", aliases = "s", mixinStandardHelpOptions = true, description = "Run a relay.")
final class ServeCommand implements Callable<Integer> {

    @Option(
            names = {"-l", "--listen"},
            defaultValue = ":8080")
    private String listen = ":8080";

    @Override
    public Integer call() throws Exception {
        int colon = listen.lastIndexOf(':');
        int port = Integer.parseInt(listen.substring(colon + 1));
        var address =
                colon == 0 ? new InetSocketAddress(port) : new InetSocketAddress(listen.substring(0, colon), port);
        try (Relay relay = Relay.builder()
                .dialect(RdvServer.withDefaults())
                .events(event -> System.err.println(event))
                .listen(address)
                .start()) {
            Thread.sleep(Long.MAX_VALUE);
        }
        return 0;
    }
}
