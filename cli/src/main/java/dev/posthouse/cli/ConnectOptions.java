package dev.posthouse.cli;

import dev.posthouse.cli.arguments.Durations;
import dev.posthouse.cli.arguments.NativeText;
import dev.posthouse.cli.arguments.TokenArgument;
import dev.posthouse.cli.dialect.Dialects;
import dev.posthouse.cli.dialect.SchemeRequest;
import dev.posthouse.cli.dialect.TlsOptions;
import dev.posthouse.net.Role;
import dev.posthouse.net.address.ShownAddress;
import dev.posthouse.net.connection.AddressScheme;
import dev.posthouse.net.httpproxy.ProxyRules;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What {@code dial} and {@code accept} share. Each dialect's own options stand beside these: {@link Dialects}. */
final class ConnectOptions {

    private final Role role;
    private final Dialects dialects = new Dialects();

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Parameters(index = "0", paramLabel = "ADDRESS", description = "where the peers meet: " + Dialects.FORMS)
    private String address = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "TOKEN",
            description =
                    "the word both peers have agreed on, with an ADDRESS that takes one; '-' reads it from the first line of standard input,"
                            + " '@FILE' from a file; without it POSTHOUSE_TOKEN is taken; one that begins with '-' stands behind"
                            + " '--'")
    private @Nullable String token;

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

    @Mixin
    private TlsOptions tls = new TlsOptions();

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

    private @Nullable Talk talk;

    ConnectOptions(Role role) {
        this.role = role;
    }

    /** The command line of {@code command}, which has these options, with those of the dialects. */
    CommandLine commandLine(Object command) {
        var line = new CommandLine(command);
        dialects.addTo(line.getCommandSpec(), role);
        return line;
    }

    String address() {
        return address;
    }

    /** What of the address may be shown. */
    String shownAddress() {
        return ShownAddress.of(address);
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
            throw new IllegalArgumentException("addresses of " + scheme.name() + " take no TOKEN: leave it out");
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
        if (!address.contains("://")) {
            throw new IllegalArgumentException("an ADDRESS begins with " + Dialects.prefixes() + ", such as "
                    + Dialects.known().getFirst().prefixes().getFirst() + "relay.example:8080"
                    + (token != null && token.contains("://") ? "; it stands before the TOKEN" : ""));
        }
        ProxyRules proxies = ProxyRules.fromVariables(NativeText.environment());
        var request = new SchemeRequest(
                address,
                role,
                Optional.ofNullable(timeout).map(text -> Durations.parse("--timeout", text)),
                Optional.ofNullable(deadAfter).map(ConnectOptions::deadAfter),
                tls,
                proxies,
                talk()::notice);
        CommandSpec given = Objects.requireNonNull(command, "picocli sets it");
        AddressScheme scheme = dialects.open(given.commandLine().getParseResult(), request);
        proxies.remarks().forEach(talk()::notice);
        return scheme;
    }

    private static Duration deadAfter(String text) {
        Duration limit = Durations.parseOrOff("--dead-after", text);
        if (!limit.isZero() && limit.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("--dead-after takes a second or more, or off, not '" + text + "'");
        }
        return limit;
    }
}
