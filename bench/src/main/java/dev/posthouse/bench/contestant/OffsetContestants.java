package dev.posthouse.bench.contestant;

import dev.posthouse.bench.process.ChildProcesses;
import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.offset.identity.IdentityFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All that speak Offset, with the one place that says how each is started. All have the same identity. */
public final class OffsetContestants {
    private final Programs programs;
    private final Path workingDirectory;
    private final ChildProcesses children;
    private final Path identityFile;
    private final Ed25519KeyPair identity;

    /**
     * Makes an identity for the relays.
     *
     * @param programs what there is to be run
     * @param workingDirectory for the identity's file and what a relay keeps
     * @param children starts and ends them
     * @throws IOException if the file cannot be written
     */
    public OffsetContestants(Programs programs, Path workingDirectory, ChildProcesses children) throws IOException {
        this.programs = programs;
        this.workingDirectory = workingDirectory;
        this.children = children;
        this.identityFile = workingDirectory.resolve("offset.ident");
        this.identity = IdentityFile.readOrCreate(identityFile);
    }

    /** Of all, in the order of the tables. */
    public static List<String> names() {
        return List.of("posthouse", "offset-go", "offset-go-ref");
    }

    /** Those that can run here. */
    public List<Contestant<Tunnel>> available() {
        return Stream.of(
                        programs.posthouse().map(this::posthouse),
                        programs.offsetGo().map(program -> go("offset-go", "small", program)),
                        programs.offsetGo().map(program -> go("offset-go-ref", "ref", program)
                                .asVariant()))
                .<Contestant<Tunnel>>flatMap(Optional::stream)
                .toList();
    }

    /** It takes no circuits past 80 % of its descriptor limit. */
    private OffsetRelay posthouse(Path launcher) {
        return OffsetRelay.of(
                "posthouse",
                identity.publicKey(),
                limit -> limit / 5 * 4,
                children,
                listen -> List.of(
                        launcher.toString(),
                        "serve",
                        "--listen",
                        Loopback.text(listen),
                        "--offset-identity",
                        identityFile.toString(),
                        "--state",
                        workingDirectory.toString(),
                        "--admin-listen",
                        "off",
                        "--limits-waiting",
                        "off",
                        "--limits-waiting-per-address",
                        "off",
                        "--limits-circuits-per-address",
                        "off"));
    }

    private OffsetRelay go(String name, String padding, Path program) {
        return OffsetRelay.of(
                name,
                identity.publicKey(),
                limit -> limit,
                children,
                listen -> List.of(
                        program.toString(),
                        "relay",
                        "--laddr",
                        Loopback.text(listen),
                        "--key",
                        identityFile.toString(),
                        "--padding",
                        padding,
                        // It would end after a minute; it is ended here when it is no longer needed.
                        "--for",
                        "24h"));
    }
}
