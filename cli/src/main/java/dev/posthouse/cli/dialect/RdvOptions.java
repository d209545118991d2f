package dev.posthouse.cli.dialect;

import dev.posthouse.cli.arguments.Durations;
import dev.posthouse.net.Role;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.AddressScheme;
import dev.posthouse.net.httpproxy.HttpProxy;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.rdv.client.Picker;
import dev.posthouse.rdv.client.RdvClient;
import dev.posthouse.rdv.client.RdvScheme;
import dev.posthouse.rdv.wire.ServerAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What may be said of rdv's connections: which direct ways are tried, and what its server wants to hear. */
final class RdvOptions implements SchemeOptions {

    /** What the original's -w waits. */
    private static final Duration ORIGINAL_WAIT = Duration.ofSeconds(5);

    private static final String DIRECT = "their peers can connect directly";

    @Option(
            names = {"-s", "--space"},
            paramLabel = "SET",
            description = "kinds of addresses to connect directly over: default (public and private), all, public, none"
                    + " (always through the relay)")
    @Because(DIRECT)
    private @Nullable String space;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "how long dial prefers to wait for a direct connection, like 500ms or 2s; by default as long"
                    + " as the way to the peer suggests")
    @Because(DIRECT)
    private @Nullable String wait;

    @Option(names = "-w", hidden = true, description = "wait 5 s, then take what is best")
    @Because(DIRECT)
    private boolean waitConstant;

    @Option(
            names = "--header",
            paramLabel = "NAME:VALUE",
            description = "a header for the server, such as Authorization")
    @Because("their relays speak HTTP")
    private List<String> headers = List.of();

    @Override
    public ForeignOptions foreign(SchemeRequest request) {
        ServerAddress server = ServerAddress.parse(request.address());
        Optional<HttpProxy> proxy = request.proxies().towards(server.tls(), server.host(), server.port());
        var foreign = new ForeignOptions(server.tls() ? "an https:// address" : "an http:// address");
        if (!server.tls() && proxy.filter(HttpProxy::tls).isEmpty()) {
            request.tls().refuse(foreign, "http:// is not encrypted");
        }
        return foreign.refuse(
                "--wait",
                request.role() == Role.ACCEPTOR && wait != null,
                "it belongs to dial, which chooses the route");
    }

    @Override
    public AddressScheme open(SchemeRequest request) {
        if (wait != null && waitConstant) {
            throw new IllegalArgumentException("--wait and -w exclude each other");
        }
        RdvClient.Builder builder = RdvClient.builder()
                .spaces(AddressSpaces.parse(space == null ? "default" : space))
                .proxies(request.proxies())
                .notices(request.notices());
        if (waitConstant) {
            builder.picker(Picker.waitConstant(ORIGINAL_WAIT));
        }
        if (wait != null) {
            builder.picker(Picker.waitForDirect(Durations.parse("--wait", wait)));
        }
        request.timeout().ifPresent(builder::timeout);
        request.deadAfter().ifPresent(builder::deadAfter);
        headers.forEach(header -> add(header, builder));
        Optional<TlsClient> trust = request.tls().trust();
        trust.ifPresent(builder::tls);
        return new RdvScheme(builder.build());
    }

    private static void add(String header, RdvClient.Builder builder) {
        int colon = header.indexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("--header takes NAME:VALUE");
        }
        try {
            builder.header(
                    header.substring(0, colon).strip(),
                    header.substring(colon + 1).strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--header: " + e.getMessage(), e);
        }
    }
}
