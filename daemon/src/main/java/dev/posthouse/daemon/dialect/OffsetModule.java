package dev.posthouse.daemon.dialect;

import dev.posthouse.daemon.access.AccessControl;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.Setting;
import dev.posthouse.daemon.configuration.SettingTypes;
import dev.posthouse.offset.identity.IdentityFile;
import dev.posthouse.offset.server.OffsetServer;
import dev.posthouse.relay.accept.Dialect;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.event.Level;

/** The Offset relay: listeners and connectors, by public key. */
public final class OffsetModule implements DialectModule {

    /** The relay's identity file. */
    public static final Setting<Optional<Path>> IDENTITY = new Setting<>(
            "offset.identity",
            SettingTypes.FILE,
            Optional.empty(),
            Setting.Change.RESTART,
            "the Offset relay's identity file, as stmgr gen-ident or posthouse keygen writes it; by default relay.ident in"
                    + " the state directory, made at the first start");

    private static final Setting<String> HOST = new Setting<>(
            "offset.host",
            SettingTypes.HOST,
            "",
            Setting.Change.RESTART,
            "the host that the relay's offset:// address names when it is shown; by default where it listens");

    @Override
    public String name() {
        return OffsetServer.NAME;
    }

    @Override
    public Credential credential() {
        return Credential.KEY;
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(IDENTITY, HOST);
    }

    @Override
    public Prepared prepare(Configuration configuration, AccessControl access) throws IOException {
        OffsetIdentity identity = OffsetIdentity.of(configuration);
        OffsetServer server = OffsetServer.builder(identity.identity())
                .authoriser(access::admits)
                .build();
        return new Ready(server, identity.file(), configuration.value(HOST));
    }

    private record Ready(OffsetServer server, Path file, String host) implements Prepared {

        @Override
        public Dialect dialect() {
            return server;
        }

        @Override
        public List<Note> notes(List<InetSocketAddress> listening) {
            var notes = new ArrayList<Note>();
            if (host.isEmpty()
                    && listening.stream()
                            .anyMatch(address -> address.getAddress().isAnyLocalAddress())) {
                notes.add(new Note(
                        Level.INFO,
                        "the offset:// address names this host as it knows itself; where clients reach it otherwise, say how with "
                                + HOST.flag() + " HOST"));
            }
            IdentityFile.warning(file).ifPresent(warning -> notes.add(new Note(Level.WARN, warning)));
            return notes;
        }
    }
}
