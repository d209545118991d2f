package dev.posthouse.cli;

import dev.posthouse.cli.arguments.NativeText;
import dev.posthouse.crypto.Identity;
import dev.posthouse.crypto.PublicKey;
import dev.posthouse.offset.client.AccessList;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code dial} and {@code accept} want to know of Offset peers only. */
final class OffsetOptions {

    private static final String HERE = "it belongs to offset:// addresses";

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

    /** With an rdv address they do nothing, though {@code --allow} looks like a restriction. */
    void refuseWithRdv(ForeignOptions foreign) {
        foreign.refuse("--identity", identity != null, HERE + "; rdv peers find each other by TOKEN")
                .refuse("--allow", !allow.isEmpty(), HERE + "; whoever knows the TOKEN may connect here");
    }

    /** Who dials chooses the peer. */
    void refuseWithDial(ForeignOptions foreign) {
        foreign.refuse("--allow", !allow.isEmpty(), "it belongs to accept; who dials names the peer in the address");
    }

    /** @throws IllegalArgumentException if nobody could be accepted */
    void requireSomebody() {
        if (allow.isEmpty()) {
            throw new IllegalArgumentException(
                    "nobody could connect: add --allow THEIRKEY, once for each peer that may, or"
                            + " --allow all for everybody");
        }
    }

    /**
     * Who we are.
     *
     * @throws IllegalArgumentException if nothing says it, or the file is none or cannot be read
     */
    Identity identity() {
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
    AccessList allowed() {
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

    private static PublicKey key(String text) {
        try {
            return PublicKey.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--allow takes a public key, or all: " + e.getMessage(), e);
        }
    }
}
