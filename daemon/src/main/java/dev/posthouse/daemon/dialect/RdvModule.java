package dev.posthouse.daemon.dialect;

import dev.posthouse.daemon.access.AccessControl;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.Setting;
import dev.posthouse.daemon.configuration.SettingTypes;
import dev.posthouse.rdv.server.RdvServer;
import java.util.List;

/** rdv: HTTP/1.1 upgrades, by token. */
public final class RdvModule implements DialectModule {

    private static final Setting<String> PATH = new Setting<>(
            "rdv.path", SettingTypes.URL_PATH, "/", Setting.Change.RESTART, "the path below which rdv tokens stand");

    @Override
    public String name() {
        return RdvServer.NAME;
    }

    @Override
    public Credential credential() {
        return Credential.TOKEN;
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(PATH);
    }

    @Override
    public Prepared prepare(Configuration configuration, AccessControl access) {
        RdvServer server = RdvServer.builder()
                .path(configuration.value(PATH))
                .authoriser(new RdvAccess(access))
                .build();
        return () -> server;
    }
}
