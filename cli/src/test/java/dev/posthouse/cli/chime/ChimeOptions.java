package dev.posthouse.cli.chime;

import dev.posthouse.cli.dialect.Because;
import dev.posthouse.cli.dialect.ForeignOptions;
import dev.posthouse.cli.dialect.SchemeOptions;
import dev.posthouse.cli.dialect.SchemeRequest;
import dev.posthouse.net.connection.AddressScheme;
import picocli.CommandLine.Option;

/** Which bell it is. */
final class ChimeOptions implements SchemeOptions {

    @Option(names = "--bell", paramLabel = "SOUND", description = "which bell is meant")
    @Because("their relays have bells")
    private String bell = "silence";

    @Override
    public ForeignOptions foreign(SchemeRequest request) {
        var foreign = new ForeignOptions("a chime:// address");
        request.tls().refuse(foreign, "a tower has no certificate");
        return foreign.refuse("--timeout", request.timeout().isPresent(), "a tower has its own")
                .refuse("--dead-after", request.deadAfter().isPresent(), "a bell that is silent is not dead");
    }

    @Override
    public AddressScheme open(SchemeRequest request) {
        return new ChimeScheme(bell);
    }
}
