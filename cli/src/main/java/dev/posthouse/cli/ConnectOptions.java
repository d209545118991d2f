package dev.posthouse.cli;

import dev.posthouse.cli.arguments.Durations;
import dev.posthouse.cli.arguments.NativeText;
import dev.posthouse.cli.arguments.TokenArgument;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.address.ShownAddress;
import dev.posthouse.net.connection.AddressScheme;
import dev.posthouse.net.httpproxy.HttpProxy;
import dev.posthouse.net.httpproxy.ProxyRules;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.offset.client.AccessList;
import dev.posthouse.offset.client.OffsetAddress;
import dev.posthouse.offset.client.OffsetClient;
import dev.posthouse.offset.client.OffsetScheme;
import dev.posthouse.rdv.client.Picker;
import dev.posthouse.rdv.client.RdvClient;
import dev.posthouse.rdv.client.RdvScheme;
import dev.posthouse.rdv.wire.ServerAddress;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code dial} and {@code accept} share. */
final class ConnectOptions {

    /** What the original's -w waits. */
    private static final Duration ORIGINAL_WAIT = Duration.ofSeconds(5);

    private static final String TO_RDV = "it belongs to http:// and https:// addresses";

    @Parameters(
            index = "0",
            paramLabel = "ADDRESS",
            description = "where the peers meet: http://HOST[:PORT][/PATH] or https://… of an rdv server;"
                    + " offset://HOST:PORT/RELAYKEY of an Offset relay, with /PEERKEY behind it to dial")
    private String address = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "TOKEN",
            description = "the word both rdv peers have agreed on; '-' reads it from the first line of standard input,"
                    + " '@FILE' from a file; without it POSTHOUSE_TOKEN is taken; one that begins with '-' stands behind"
                    + " '--'")
    private @Nullable String token;

    @Option(
            names = {"-s", "--space"},
            paramLabel = "SET",
            description = "kinds of addresses to connect directly over: default (public and private), all, public, none"
                    + " (always through the relay)")
    private @Nullable String space;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "how long dial prefers to wait for a direct connection, like 500ms or 2s; by default as long"
                    + " as the way to the peer suggests")
    private @Nullable String wait;

    @Option(names = "-w", hidden = true, description = "wait 5 s, then take what is best")
    private boolean waitConstant;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description =
                    "give up if there is no connection after this long; until then the peer is waited for, again and"
                            + " again if the relay sends us away; by default the relay's own limit, a minute or so, is the end")
    private @Nullable String timeout;

    @Option(
            names = "--dead-after",
            paramLabel = "TIME|off",
            description = "give the connection up if nothing is heard from the peer for so long, a second at least;"
                    + " by default 60s")
    private @Nullable String deadAfter;

    @Option(
            names = "--header",
            paramLabel = "NAME:VALUE",
            description = "a header for the server, such as Authorization")
    private List<String> headers = List.of();

    @Mixin
    private OffsetOptions forOffset = new OffsetOptions();

    @Mixin
    private TlsOptions forTls = new TlsOptions();

    @Option(names = "--force", description = "write the peer's bytes to a terminal even if they are not text")
    private boolean force;

    @Option(names = "--json", description = "say what happens as one JSON object a line on standard error")
    private boolean json;

    @Option(
            names = {"-v", "--verbose"},
            description = "say more: every attempt to connect directly; twice, -vv, also where in the program a failure"
                    + " came from")
    private boolean[] verbose = {};

    @Option(
            names = {"-q", "--quiet"},
            description = "say nothing but errors")
    private boolean quiet;

    private boolean accepts;

    private @Nullable Talk talk;

    String address() {
        return address;
    }

    /** What of the address may be shown. */
    String shownAddress() {
        return ShownAddress.of(address);
    }

    /** The command is {@code accept}. */
    void accepting() {
        accepts = true;
    }

    /** Where the peer's bytes go: {@code out}, guarded if it is a terminal that should not see just anything. */
    WritableByteChannel output(WritableByteChannel out, Terminal terminal) {
        return TerminalGuard.around(out, terminal, force);
    }

    /** The same at every call. */
    Talk talk() {
        if (talk == null) {
            talk = new Talk(System.err, json, quiet, verbose.length > 0, verbose.length > 1);
        }
        return talk;
    }

    /**
     * The token, where the dialect has any.
     *
     * @throws IllegalArgumentException if there is none, or one where there should not be any
     */
    Optional<String> token(AddressScheme scheme, java.io.InputStream in) throws IOException {
        if (scheme.takesToken()) {
            Optional<String> found =
                    TokenArgument.resolve(token, in, NativeText.environment().get("POSTHOUSE_TOKEN"));
            if (found.isEmpty()) {
                throw new IllegalArgumentException(
                        "the TOKEN is missing: the word that both peers have agreed on stands behind the ADDRESS; or @FILE,"
                                + " - for the first line of standard input, or the variable POSTHOUSE_TOKEN");
            }
            return found;
        }
        if (token != null) {
            throw new IllegalArgumentException(
                    "peers of " + scheme.name() + " find each other by key: leave TOKEN out");
        }
        return Optional.empty();
    }

    /**
     * The scheme that reaches {@link #address()}.
     *
     * @throws IllegalArgumentException if the address is none, or an option is given that it has no use for
     */
    AddressScheme scheme() throws IOException {
        if (quiet && verbose.length > 0) {
            throw new IllegalArgumentException("--quiet and --verbose exclude each other");
        }
        if (wait != null && waitConstant) {
            throw new IllegalArgumentException("--wait and -w exclude each other");
        }
        ProxyRules proxies = ProxyRules.fromVariables(NativeText.environment());
        AddressScheme scheme = OffsetAddress.recognises(address) ? offset(proxies) : rdv(proxies);
        proxies.remarks().forEach(talk()::notice);
        return scheme;
    }

    private AddressScheme rdv(ProxyRules proxies) throws IOException {
        if (!address.contains("://")) {
            throw new IllegalArgumentException(
                    "an ADDRESS begins with http://, https:// or offset://, such as http://relay.example:8080"
                            + (token != null && token.contains("://") ? "; it stands before the TOKEN" : ""));
        }
        if (!RdvScheme.isAddress(address)) {
            throw new IllegalArgumentException("not an address that is known: " + shownAddress() + "; known are "
                    + RdvScheme.FORM + "; " + OffsetAddress.FORM);
        }
        ServerAddress server = ServerAddress.parse(address);
        Optional<HttpProxy> proxy = proxies.towards(server.tls(), server.host(), server.port());
        boolean encrypted = server.tls() || proxy.filter(HttpProxy::tls).isPresent();
        var foreign = new ForeignOptions();
        forOffset.refuseWithRdv(foreign);
        if (!encrypted) {
            forTls.refuse(foreign, "http:// is not encrypted");
        }
        foreign.refuse("--wait", accepts && wait != null, "it belongs to dial, which chooses the route")
                .check(server.tls() ? "an https:// address" : "an http:// address");
        return new RdvScheme(client(proxies));
    }

    private AddressScheme offset(ProxyRules proxies) throws IOException {
        OffsetAddress parsed = OffsetAddress.parse(address);
        boolean throughTls = proxies.towards(
                        true, parsed.relay().host(), parsed.relay().port())
                .filter(HttpProxy::tls)
                .isPresent();
        String relayed = TO_RDV + "; an Offset connection always runs through the relay";
        ForeignOptions foreign = new ForeignOptions()
                .refuse("--space", space != null, relayed)
                .refuse("--wait", wait != null, relayed)
                .refuse("-w", waitConstant, relayed)
                .refuse("--header", !headers.isEmpty(), TO_RDV + "; an Offset relay speaks no HTTP");
        if (!throughTls) {
            forTls.refuse(foreign, "an Offset relay proves itself by its key");
        }
        if (!accepts) {
            forOffset.refuseWithDial(foreign);
        }
        foreign.check("an offset:// address");
        if (accepts) {
            forOffset.requireSomebody();
        }
        if (accepts == parsed.peer().isPresent()) {
            throw new IllegalArgumentException(
                    accepts
                            ? "to accept, there is no PEERKEY in the address: --allow KEY says who may connect"
                            : "to dial, the address ends with the PEERKEY of who accepts:"
                                    + " offset://HOST:PORT/RELAYKEY/PEERKEY");
        }
        AccessList access = forOffset.allowed();
        OffsetClient.Builder builder =
                OffsetClient.builder(forOffset.identity()).proxies(proxies);
        if (timeout != null) {
            builder = builder.timeout(Durations.parse("--timeout", timeout));
        }
        if (deadAfter != null) {
            builder = builder.deadAfter(deadAfter(deadAfter));
        }
        Optional<TlsClient> trust = forTls.trust();
        if (trust.isPresent()) {
            builder = builder.tls(trust.get());
        }
        return new OffsetScheme(builder.build(), access);
    }

    private static Duration deadAfter(String text) {
        Duration limit = Durations.parseOrOff("--dead-after", text);
        if (!limit.isZero() && limit.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("--dead-after takes a second or more, or off, not '" + text + "'");
        }
        return limit;
    }

    private RdvClient client(ProxyRules proxies) throws IOException {
        RdvClient.Builder builder = RdvClient.builder()
                .spaces(AddressSpaces.parse(space == null ? "default" : space))
                .proxies(proxies)
                .notices(talk()::notice);
        if (waitConstant) {
            builder.picker(Picker.waitConstant(ORIGINAL_WAIT));
        }
        if (wait != null) {
            builder.picker(Picker.waitForDirect(Durations.parse("--wait", wait)));
        }
        if (timeout != null) {
            builder.timeout(Durations.parse("--timeout", timeout));
        }
        if (deadAfter != null) {
            builder.deadAfter(deadAfter(deadAfter));
        }
        for (String header : headers) {
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
        Optional<TlsClient> trust = forTls.trust();
        if (trust.isPresent()) {
            builder.tls(trust.get());
        }
        return builder.build();
    }
}
