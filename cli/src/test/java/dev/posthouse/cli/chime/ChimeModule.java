package dev.posthouse.cli.chime;

import dev.posthouse.cli.dialect.SchemeModule;
import dev.posthouse.cli.dialect.SchemeOptions;
import dev.posthouse.net.Role;
import java.util.List;

/** Chime: peers that connect to a tower and say which bell they mean, for the command line. */
public final class ChimeModule implements SchemeModule {

    @Override
    public String name() {
        return "chime";
    }

    @Override
    public List<String> prefixes() {
        return List.of("chime://");
    }

    @Override
    public String form() {
        return "chime://HOST:PORT/TOWERKEY of a tower";
    }

    @Override
    public SchemeOptions options() {
        return new ChimeOptions();
    }

    @Override
    public List<String> examples(Role role) {
        return List.of(
                role == Role.DIALER
                        ? "  posthouse dial chime://tower.example:1/TOWERKEY --bell ding < file"
                        : "  posthouse accept chime://tower.example:1/TOWERKEY --bell dong > file");
    }
}
