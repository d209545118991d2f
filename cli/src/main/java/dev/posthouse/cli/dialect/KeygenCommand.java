package dev.posthouse.cli.dialect;

import dev.posthouse.cli.arguments.UnwrittenFile;
import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.offset.identity.IdentityFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code posthouse keygen}. */
@Command(
        name = "keygen",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Make an identity for Offset, readable by its owner only, and print its public key. Peers and relays"
                        + " know each other by these keys.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  posthouse keygen me.ident          make an identity",
            "  posthouse keygen --show me.ident   print the public key of one that exists"
        })
final class KeygenCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "FILE",
            description = "where it is written; a file that exists stays as it is")
    private @Nullable Path file;

    @Option(names = "--show", description = "make nothing: print the public key of the identity in FILE")
    private boolean show;

    @Override
    public Integer call() throws IOException {
        Path path = Objects.requireNonNull(file, "picocli sets it");
        Ed25519KeyPair identity = show ? Identities.read(path) : make(path);
        PrintWriter out =
                Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
        out.println(identity.publicKey());
        out.flush();
        return ExitCode.OK;
    }

    private static Ed25519KeyPair make(Path path) throws IOException {
        Ed25519KeyPair identity = Ed25519KeyPair.generate();
        try {
            IdentityFile.write(path, identity);
        } catch (FileAlreadyExistsException e) {
            throw new IllegalArgumentException(
                    path + " exists and stays as it is; --show prints the public key of an identity", e);
        } catch (IOException e) {
            throw new UnwrittenFile(path, e);
        }
        return identity;
    }
}
