package dev.posthouse.interop.transfers;

import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same bytes are the same token in every locale and however they are given; other bytes never are. Files whose names
 * are not ASCII are found in the C locale, too.
 */
@LiveTransfers
class LocaleTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int USAGE = 2;
    private static final int NO_PEER = 11;

    private static final String DATA = "hello";

    @TempDir
    static Path directory = Path.of("");

    private static final AtomicInteger CELLS = new AtomicInteger();

    private static Posthouse.Serving relay;

    /** What a person's shell has set. */
    enum Setting {
        C("LC_ALL=C"),
        UTF8("LC_ALL=C.UTF-8"),
        NONE("");

        private final String variables;

        Setting(String variables) {
            this.variables = variables;
        }
    }

    /** How the token is given. */
    enum Source {
        ARGUMENT("\"$@\" \"$TOKEN\" %s"),
        VARIABLE("POSTHOUSE_TOKEN=\"$TOKEN\" \"$@\" %s"),
        FILE("printf %%s \"$TOKEN\" >\"$DIR/token\"; \"$@\" \"@$DIR/token\" %s"),
        STANDARD_INPUT("{ printf '%%s\\n' \"$TOKEN\"; cat; } | \"$@\" - %s");

        private final String script;

        Source(String script) {
            this.script = script;
        }
    }

    /** @param token as bash writes it between $' and ' */
    record Given(Setting setting, Source source, String token) {

        @Override
        public String toString() {
            return "$'" + token + "' by "
                    + source.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " in " + setting;
        }

        ChildProcess start(String word, String suffix, boolean meets, Path here) throws IOException {
            Path input = here.resolve("input");
            Files.writeString(input, DATA);
            // Where they are not to meet the acceptor waits for longer than the dialer.
            String time = meets ? "20s" : (word.equals("accept") ? "6s" : "3s");
            String options = "--space none --json --timeout " + time;
            // Without any other variable: the locale has several.
            String script = "unset LANG LC_ALL LC_CTYPE LANGUAGE POSTHOUSE_TOKEN; " + export() + "TOKEN=$'" + token
                    + "'" + suffix + "; " + source.script.formatted(options);
            return ChildProcess.of(Posthouse.shell(script, Posthouse.command(word, relay.url())))
                    .input(word.equals("dial") ? input : Path.of("/dev/null"))
                    .environment("DIR", here.toString())
                    .start();
        }

        private String export() {
            return setting.variables.isEmpty() ? "" : "export " + setting.variables + "; ";
        }
    }

    record Cell(Given acceptor, Given dialer, boolean meet) implements Cells.Cell {

        @Override
        public String name() {
            return "locale: " + acceptor + " and " + dialer + (meet ? " meet" : " do not meet");
        }

        @Override
        public int runs() {
            return 1;
        }

        @Override
        public String run(long seed) throws Exception {
            Path here = Files.createTempDirectory(directory, "run");
            // Other cells have the same word.
            String suffix = "-" + CELLS.incrementAndGet();
            try (ChildProcess accept =
                            acceptor.start("accept", suffix, meet, Files.createDirectory(here.resolve("a")));
                    ChildProcess dial = dialer.start("dial", suffix, meet, Files.createDirectory(here.resolve("d")))) {
                int accepted = accept.awaitExit(PATIENCE);
                int dialed = dial.awaitExit(PATIENCE);
                boolean met = accepted == 0
                        && dialed == 0
                        && String.join("\n", accept.lines(Output.OUT)).equals(DATA);
                boolean didNot = isRefused(accepted) && isRefused(dialed);
                if (meet ? !met : !didNot) {
                    throw new AssertionError(
                            "they exit with " + accepted + " and " + dialed + accept.everything() + dial.everything());
                }
                return meet ? "met" : accepted + " and " + dialed;
            } finally {
                Received.delete(here);
            }
        }

        private static boolean isRefused(int exit) {
            return exit == USAGE || exit == NO_PEER;
        }
    }

    private static final String SAME = "t\\303\\266k\\303\\251n";
    private static final String OTHER = "t\\303\\274k\\303\\274n";

    static Stream<Arguments> cells() {
        List<Cells.Cell> cells = new ArrayList<>();
        cells.add(cell(Setting.C, SAME, Setting.UTF8, SAME, Source.ARGUMENT, true));
        cells.add(cell(Setting.C, SAME, Setting.UTF8, SAME, Source.VARIABLE, true));
        cells.add(cell(Setting.C, SAME, Setting.C, OTHER, Source.ARGUMENT, false));
        cells.add(cell(Setting.C, SAME, Setting.C, OTHER, Source.VARIABLE, false));
        String word = "\\320\\277\\320\\260\\321\\200\\320\\276\\320\\273\\321\\214";
        String secret = "\\321\\201\\320\\265\\320\\272\\321\\200\\320\\265\\321\\202";
        cells.add(cell(Setting.NONE, word, Setting.NONE, secret, Source.ARGUMENT, false));
        cells.add(cell(Setting.NONE, word, Setting.NONE, secret, Source.VARIABLE, false));
        for (Source source : Source.values()) {
            cells.add(cell(Setting.C, "k\\374n", Setting.C, "k\\366n", source, false));
            cells.add(cell(Setting.UTF8, "k\\374n", Setting.UTF8, "k\\366n", source, false));
        }
        for (Source source : List.of(Source.FILE, Source.STANDARD_INPUT)) {
            cells.add(
                    new Cell(new Given(Setting.C, source, SAME), new Given(Setting.UTF8, Source.ARGUMENT, SAME), true));
        }
        String name = "name=$(printf 'gr\\303\\266\\303\\237e'); ";
        cells.add(
                script(
                        "an identity outside ASCII is made and read in C",
                        name
                                + "\"$@\" keygen \"$name.ident\" && [ -e \"$name.ident\" ] && \"$@\" keygen --show \"$name.ident\""));
        cells.add(script(
                "a configuration and a state outside ASCII are read in C",
                name + "mkdir \"$name\"; echo 'dialects = [\"rdv\"]' >\"$name.toml\"; "
                        + "\"$@\" serve --config \"$name.toml\" --state \"$name\" --print-config"));
        return Cells.started(cells);
    }

    private static ScriptCell script(String what, String script) {
        return new ScriptCell("locale: " + what, "export LC_ALL=C; unset LANG LC_CTYPE LANGUAGE; " + script, directory);
    }

    private static Cell cell(Setting accepts, String token, Setting dials, String other, Source source, boolean meet) {
        return new Cell(new Given(accepts, source, token), new Given(dials, source, other), meet);
    }

    @BeforeAll
    static void start() throws IOException {
        relay = Posthouse.serve(directory);
    }

    @AfterAll
    static void close() {
        relay.close();
    }

    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("cells")
    void theSameBytesAreTheSameTokenInEveryLocale(Future<?> cell) throws Exception {
        Cells.collect(cell);
    }
}
