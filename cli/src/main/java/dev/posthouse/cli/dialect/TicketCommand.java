package dev.posthouse.cli.dialect;

import dev.posthouse.cli.arguments.UnwrittenFile;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.FileFailure;
import dev.posthouse.offset.client.OffsetAddress;
import dev.posthouse.offset.client.RelayAddress;
import dev.posthouse.offset.client.RelayTicket;
import dev.posthouse.offset.identity.MalformedKeyFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code posthouse ticket}. */
@Command(
        name = "ticket",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Write the ticket of an Offset relay, which its clients import, or show the address in one.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  posthouse ticket --identity relay.ident --address relay.example:8080 --output my.relay",
            "  posthouse ticket --from offset://relay.example:8080/RELAYKEY > my.relay",
            "  posthouse ticket my.relay          print the offset:// address"
        })
final class TicketCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "TICKET", description = "a ticket to be shown")
    private @Nullable Path ticket;

    @Option(
            names = {"-i", "--identity", "--idfile"},
            paramLabel = "FILE",
            description = "the relay's identity file")
    private @Nullable Path identity;

    @Option(
            names = {"-a", "--address"},
            paramLabel = "HOST:PORT",
            description = "where clients reach the relay")
    private @Nullable String address;

    @Option(names = "--from", paramLabel = "ADDRESS", description = "take both from an offset:// address")
    private @Nullable String from;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description =
                    "where the ticket is written; a file that exists stays as it is; without it the ticket is printed")
    private @Nullable Path output;

    @Override
    public Integer call() throws IOException {
        PrintWriter out =
                Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
        refuseWhatDoesNothing();
        if (ticket != null) {
            out.println(new OffsetAddress(read(ticket).relay(), Optional.empty()));
        } else if (output != null) {
            write(new RelayTicket(relay()), output);
        } else {
            out.println(new RelayTicket(relay()).text());
        }
        out.flush();
        return ExitCode.OK;
    }

    private void refuseWhatDoesNothing() {
        if (ticket != null) {
            String shows = "a TICKET is only shown";
            new ForeignOptions("a TICKET")
                    .refuse("--identity", identity != null, shows)
                    .refuse("--address", address != null, shows)
                    .refuse("--from", from != null, shows)
                    .refuse("--output", output != null, shows)
                    .check();
        } else if (from != null) {
            String both = "the address has the key and the place";
            new ForeignOptions("--from")
                    .refuse("--identity", identity != null, both)
                    .refuse("--address", address != null, both)
                    .check();
        }
    }

    private static RelayTicket read(Path file) {
        try {
            return RelayTicket.read(file);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    "there is no ticket file " + file + "; an address is made into one with --from", e);
        } catch (MalformedKeyFile e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("the ticket file " + FileFailure.words(file, e), e);
        }
    }

    private RelayAddress relay() throws IOException {
        if (from != null) {
            return OffsetAddress.parse(from).relay();
        }
        if (identity == null || address == null) {
            throw new IllegalArgumentException(
                    "a ticket needs --identity FILE and --address HOST:PORT, or --from offset://HOST:PORT/RELAYKEY");
        }
        Ed25519PublicKey key = Identities.read(identity).publicKey();
        return RelayAddress.parse(key, address);
    }

    private static void write(RelayTicket ticket, Path output) throws IOException {
        try {
            ticket.write(output);
        } catch (FileAlreadyExistsException e) {
            throw new IllegalArgumentException(output + " exists and stays as it is", e);
        } catch (IOException e) {
            throw new UnwrittenFile(output, e);
        }
    }
}
