package dev.posthouse.cli.dialect;

import dev.posthouse.cli.arguments.NativeText;
import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.Role;
import dev.posthouse.net.connection.AddressScheme;
import dev.posthouse.net.httpproxy.HttpProxy;
import dev.posthouse.offset.client.AccessList;
import dev.posthouse.offset.client.OffsetAddress;
import dev.posthouse.offset.client.OffsetClient;
import dev.posthouse.offset.client.OffsetScheme;
import dev.posthouse.offset.client.RelayAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who we are towards Offset's peers, and who of them may connect. */
final class OffsetOptions implements SchemeOptions {

    @Option(
            names = {"-i", "--identity"},
            paramLabel = "FILE",
            description =
                    "who we are towards Offset peers: an identity file, made by posthouse keygen or stmgr; without it"
                            + " POSTHOUSE_IDENTITY is taken")
    @Because("their peers find each other by key, not by TOKEN")
    private @Nullable Path identity;

    @Option(
            names = "--allow",
            paramLabel = "KEY|all",
            parameterConsumer = Verbatim.class,
            description = "Offset peers that may connect, by their public keys; nobody else is accepted")
    @Because("here it would keep nobody out")
    private List<String> allow = List.of();

    @Override
    public ForeignOptions foreign(SchemeRequest request) {
        RelayAddress relay = OffsetAddress.parse(request.address()).relay();
        boolean throughTls = request.proxies()
                .towards(true, relay.host(), relay.port())
                .filter(HttpProxy::tls)
                .isPresent();
        var foreign = new ForeignOptions("an offset:// address");
        if (!throughTls) {
            request.tls().refuse(foreign, "an Offset relay proves itself by its key");
        }
        return foreign.refuse(
                "--allow",
                request.role() == Role.DIALER && !allow.isEmpty(),
                "it belongs to accept; who dials names the peer in the address");
    }

    @Override
    public AddressScheme open(SchemeRequest request) {
        boolean accepts = request.role() == Role.ACCEPTOR;
        if (accepts && allow.isEmpty()) {
            throw new IllegalArgumentException(
                    "nobody could connect: add --allow THEIRKEY, once for each peer that may, or"
                            + " --allow all for everybody");
        }
        if (accepts == OffsetAddress.parse(request.address()).peer().isPresent()) {
            throw new IllegalArgumentException(
                    accepts
                            ? "to accept, there is no PEERKEY in the address: --allow KEY says who may connect"
                            : "to dial, the address ends with the PEERKEY of who accepts:"
                                    + " offset://HOST:PORT/RELAYKEY/PEERKEY");
        }
        AccessList access = allowed();
        OffsetClient.Builder builder = OffsetClient.builder(identity()).proxies(request.proxies());
        request.timeout().ifPresent(builder::timeout);
        request.deadAfter().ifPresent(builder::deadAfter);
        request.tls().trust().ifPresent(builder::tls);
        return new OffsetScheme(builder.build(), access);
    }

    /**
     * Who we are.
     *
     * @throws IllegalArgumentException if nothing says it, or the file is none or cannot be read
     */
    private Ed25519KeyPair identity() {
        Path file = identity;
        String variable = NativeText.environment().get("POSTHOUSE_IDENTITY");
        if (file == null && variable != null && !variable.isEmpty()) {
            file = NativeText.path(variable);
        }
        if (file == null) {
            throw new IllegalArgumentException(
                    "Offset peers know each other by identity: name yours with --identity FILE, or make one with"
                            + " posthouse keygen FILE");
        }
        return Identities.read(file);
    }

    /**
     * Who may connect.
     *
     * @throws IllegalArgumentException if an entry is no key
     */
    private AccessList allowed() {
        var list = new AccessList();
        for (String entry : allow) {
            for (String one : entry.split(",", -1)) {
                if (one.equals("all")) {
                    list.allowAll();
                } else {
                    list.allow(key(one.strip()));
                }
            }
        }
        return list;
    }

    private static Ed25519PublicKey key(String text) {
        try {
            return Ed25519PublicKey.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--allow takes a public key, or all: " + e.getMessage(), e);
        }
    }
}
