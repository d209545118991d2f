package dev.posthouse.interop.transfers;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The launcher where others start it: without a home, behind nohup, in the background of a script. */
@LiveTransfers
class LauncherTest {

    @TempDir
    static Path directory = Path.of("");

    /** Starts a relay whose process is $relay and waits until it is ready; %s are what starts it, and options. */
    private static final String SERVE = """
            %s "$@" serve --listen 127.0.0.1:0 --dialects rdv --json %s 2>log &
            relay=$!
            until grep -q '"ready"' log; do kill -0 $relay || { cat log >&2; exit 98; }; sleep 0.05; done
            """;

    static Stream<Arguments> cells() {
        return Cells.started(List.of(
                cell("tells its version with nothing but a PATH", """
                        said=$(env -i PATH="$PATH" "$@" --version 2>err) || { cat err >&2; exit 97; }
                        [ ! -s err ] || { cat err >&2; exit 96; }
                        case $said in posthouse\\ [0-9]*) ;; *) echo "$said" >&2; exit 95 ;; esac"""),
                cell(
                        "serves with nothing but a PATH",
                        SERVE.formatted("env -i PATH=\"$PATH\"", "--admin-listen off") + """
                        kill -TERM $relay; wait $relay"""),
                cell("serves with a home that cannot be written to", SERVE.formatted("env HOME=/proc", "") + """
                        kill -TERM $relay; wait $relay"""),
                cell("drains at TERM behind nohup", SERVE.formatted("nohup", "") + """
                        kill -TERM $relay; wait $relay"""),
                cell("reloads at HUP behind nohup, or says that it does not", SERVE.formatted("nohup", "") + """
                        kill -HUP $relay
                        for look in $(seq 100); do grep -Eq 'reloaded|HUP' log && break; sleep 0.05; done
                        kill -TERM $relay; wait $relay && grep -Eq 'reloaded|HUP' log || { cat log >&2; exit 94; }"""),
                cell("starts with a cache of classes, or the build has said why not", """
                        [ -e "$(dirname "$1")/.posthouse/current/app.aot" ] \
                            || grep -i 'aot' "$(dirname "$1")/.posthouse/build.log"
                        """)));
    }

    private static ScriptCell cell(String what, String script) {
        return new ScriptCell("launcher: " + what, script, directory);
    }

    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("cells")
    void theLauncherWorksWhereverItIsStarted(Future<?> cell) throws Exception {
        Cells.collect(cell);
    }
}
