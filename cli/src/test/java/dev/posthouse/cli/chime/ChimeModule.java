package dev.posthouse.cli.chime;

import dev.posthouse.cli.dialect.SchemeModule;
import dev.posthouse.cli.dialect.SchemeOptions;
import dev.posthouse.net.Role;
import java.util.List;

/** Chime: both peers connect to a tower, which joins them. Each begins with what its bell sounds like, and a line's end. */
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
        return "chime://HOST:PORT of a tower";
    }

    @Override
    public SchemeOptions options() {
        return new ChimeOptions();
    }

    @Override
    public List<String> examples(Role role) {
        return List.of(
                role == Role.DIALER
                        ? "  posthouse dial chime://tower.example:1 --bell ding < file"
                        : "  posthouse accept chime://tower.example:1 --bell dong > file");
    }
}
