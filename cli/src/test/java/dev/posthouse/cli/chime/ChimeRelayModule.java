package dev.posthouse.cli.chime;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.daemon.access.AccessControl;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.ListenAddress;
import dev.posthouse.daemon.configuration.Setting;
import dev.posthouse.daemon.configuration.SettingTypes;
import dev.posthouse.daemon.dialect.DialectModule;
import dev.posthouse.offset.identity.IdentityFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Chime, for the daemon. */
public final class ChimeRelayModule implements DialectModule {

    static final String FILE = "tower.ident";

    private static final Setting<Optional<ListenAddress>> UDP = new Setting<>(
            "chime.udp",
            SettingTypes.ADDRESS_OR_OFF,
            Optional.empty(),
            Setting.Change.RESTART,
            "where the tower can be rung by UDP");

    @Override
    public String name() {
        return ChimeDialect.NAME;
    }

    @Override
    public Credential credential() {
        return Credential.KEY;
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(UDP);
    }

    @Override
    public Prepared prepare(Configuration configuration, AccessControl access) throws IOException {
        Path state = configuration
                .stateDirectory()
                .orElseThrow(() -> new IOException("nothing says where to keep the tower's identity"));
        Ed25519KeyPair tower = IdentityFile.readOrCreate(state.resolve(FILE));
        var dialect = new ChimeDialect(tower, access::admits, configuration.value(UDP));
        return () -> dialect;
    }
}
