package dev.posthouse.cli;

import dev.posthouse.crypto.PublicKey;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.AddressScheme;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.offset.client.AccessList;
import dev.posthouse.offset.client.OffsetAddress;
import dev.posthouse.offset.client.OffsetClient;
import dev.posthouse.offset.client.OffsetScheme;
import dev.posthouse.rdv.client.Picker;
import dev.posthouse.rdv.client.RdvClient;
import dev.posthouse.rdv.client.RdvScheme;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code dial} and {@code accept} share. */
final class ConnectOptions {

    /** What the original's -w waits. */
    private static final Duration ORIGINAL_WAIT = Duration.ofSeconds(5);

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
            defaultValue = "default",
            paramLabel = "SET",
            description = "kinds of addresses to connect directly over: default (public and private), all, public, none"
                    + " (always through the relay)")
    private String space = "default";

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description =
                    "how long a dialer prefers to wait for a direct connection, like 500ms or 2s; by default as long"
                            + " as the way to the peer suggests")
    private @Nullable String wait;

    @Option(names = "-w", hidden = true, description = "wait 5 s, then take what is best")
    private boolean waitConstant;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description =
                    "give up if there is no connection after this long; by default only the relay's own limit holds")
    private @Nullable String timeout;

    @Option(
            names = "--header",
            paramLabel = "NAME:VALUE",
            description = "a header for the server, such as Authorization")
    private List<String> headers = List.of();

    @Option(
            names = {"-i", "--identity"},
            paramLabel = "FILE",
            description =
                    "who we are towards Offset peers: an identity file, made by posthouse keygen or stmgr; without it"
                            + " POSTHOUSE_IDENTITY is taken")
    private @Nullable Path identity;

    @Option(
            names = "--allow",
            paramLabel = "KEY|all",
            parameterConsumer = Verbatim.class,
            description = "Offset peers that may connect, by their public keys; nobody else is accepted")
    private List<String> allow = List.of();

    @Option(names = "--cacert", paramLabel = "FILE", description = "trust the certificates in this PEM file only")
    private @Nullable Path cacert;

    @Option(names = "--insecure", description = "do not check the server's certificate")
    private boolean insecure;

    @Option(names = "--force", description = "write the peer's bytes to a terminal even if they are not text")
    private boolean force;

    @Option(names = "--json", description = "say what happens as one JSON object a line on standard error")
    private boolean json;

    @Option(
            names = {"-v", "--verbose"},
            description = "say more: every attempt to connect directly")
    private boolean verbose;

    @Option(
            names = {"-q", "--quiet"},
            description = "say nothing but errors")
    private boolean quiet;

    String address() {
        return address;
    }

    /** Where the peer's bytes go: {@code out}, guarded if it is a terminal that should not see just anything. */
    WritableByteChannel output(WritableByteChannel out, Terminal terminal) {
        return TerminalGuard.around(out, terminal, force);
    }

    Talk talk() {
        return new Talk(System.err, json, quiet, verbose);
    }

    /** The token, where the dialect has any. */
    Optional<String> token(AddressScheme scheme, java.io.InputStream in) {
        if (scheme.takesToken()) {
            return TokenArgument.resolve(token, in, System.getenv("POSTHOUSE_TOKEN"));
        }
        if (token != null) {
            throw new IllegalArgumentException(
                    "peers of " + scheme.name() + " find each other by key: leave TOKEN out");
        }
        return Optional.empty();
    }

    /** The scheme that reaches {@link #address()}. */
    AddressScheme scheme() throws IOException {
        if (OffsetAddress.recognises(address)) {
            return offset();
        }
        var rdv = new RdvScheme(client());
        if (!rdv.recognises(address)) {
            throw new IllegalArgumentException("not an address that is known: " + address + "; known are " + rdv.form()
                    + "; " + OffsetAddress.FORM);
        }
        return rdv;
    }

    private AddressScheme offset() throws IOException {
        Path file = identity;
        String variable = System.getenv("POSTHOUSE_IDENTITY");
        if (file == null && variable != null && !variable.isEmpty()) {
            file = Path.of(variable);
        }
        if (file == null) {
            throw new IllegalArgumentException(
                    "Offset peers know each other by identity: name yours with --identity FILE, or make one with"
                            + " posthouse keygen FILE");
        }
        OffsetClient.Builder builder = OffsetClient.builder(Identities.read(file));
        if (timeout != null) {
            builder = builder.timeout(Durations.parse("--timeout", timeout));
        }
        return new OffsetScheme(builder.build(), allowed());
    }

    private AccessList allowed() {
        var list = new AccessList();
        for (String entry : allow) {
            for (String one : entry.split(",", -1)) {
                if (one.equals("all")) {
                    list.allowAll();
                } else {
                    list.allow(PublicKey.parse(one.strip()));
                }
            }
        }
        return list;
    }

    private RdvClient client() throws IOException {
        if (insecure && cacert != null) {
            throw new IllegalArgumentException("--insecure and --cacert exclude each other");
        }
        RdvClient.Builder builder = RdvClient.builder().spaces(AddressSpaces.parse(space));
        if (waitConstant) {
            builder.picker(Picker.waitConstant(ORIGINAL_WAIT));
        }
        if (wait != null) {
            builder.picker(Picker.waitForDirect(Durations.parse("--wait", wait)));
        }
        if (timeout != null) {
            builder.timeout(Durations.parse("--timeout", timeout));
        }
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon <= 0) {
                throw new IllegalArgumentException("--header takes NAME:VALUE");
            }
            builder.header(
                    header.substring(0, colon).strip(),
                    header.substring(colon + 1).strip());
        }
        if (insecure) {
            builder.tls(TlsClient.insecure());
        } else if (cacert != null) {
            builder.tls(TlsClient.trusting(cacert));
        }
        return builder.build();
    }
}
