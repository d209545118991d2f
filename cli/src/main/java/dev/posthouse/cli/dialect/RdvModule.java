package dev.posthouse.cli.dialect;

import dev.posthouse.net.Role;
import dev.posthouse.net.address.AddressPort;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** rdv: servers that are reached by HTTP, peers that find each other by a token. */
public final class RdvModule implements SchemeModule {

    @Override
    public String name() {
        return "rdv";
    }

    @Override
    public List<String> prefixes() {
        return List.of("http://", "https://");
    }

    @Override
    public String form() {
        return "http://HOST[:PORT][/PATH] or https://… of an rdv server, with a TOKEN";
    }

    @Override
    public SchemeOptions options() {
        return new RdvOptions();
    }

    @Override
    public List<String> examples(Role role) {
        return switch (role) {
            case DIALER ->
                List.of(
                        "  posthouse dial https://relay.example TOKEN < file",
                        "  posthouse dial https://relay.example @token.txt --space none < file",
                        "                                              always through the relay",
                        "  tar c dir | POSTHOUSE_TOKEN=… posthouse dial https://relay.example");
            case ACCEPTOR ->
                List.of(
                        "  posthouse accept https://relay.example TOKEN < /dev/null > file",
                        "  posthouse accept https://relay.example @token.txt --timeout 10m | tar x");
        };
    }

    @Override
    public Optional<String> hint(String option) {
        return option.startsWith("--no-") && option.endsWith("direct")
                ? Optional.of("--space none takes no direct way")
                : Optional.empty();
    }

    @Override
    public void train(InetSocketAddress relay, List<String> told, Transfers transfers) throws Exception {
        new RdvTraining(URI.create("http://" + AddressPort.of(relay)), transfers).run();
    }
}
