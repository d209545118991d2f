package dev.posthouse.daemon.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class ConfigurationTest {

    @TempDir
    Path directory;

    private Path file(String... lines) throws IOException {
        return Files.write(directory.resolve("posthouse.toml"), List.of(lines));
    }

    private static List<String> problems(
            Optional<Path> file, Map<String, String> environment, Map<String, String> flags) {
        ConfigurationError error =
                catchThrowableOfType(ConfigurationError.class, () -> Configuration.load(file, environment, flags));
        assertThat(error).as("an error").isNotNull();
        return error.problems();
    }

    @Test
    void nothingGivenMeansTheDefaults() throws ConfigurationError {
        Configuration configuration = Configuration.load(Optional.empty(), Map.of(), Map.of());

        assertThat(configuration.limits()).isEqualTo(Limits.DEFAULT);
        assertThat(configuration.value(Settings.LISTEN)).containsExactly(new ListenAddress("", 8080));
        assertThat(configuration.source(Settings.LISTEN)).isEqualTo(new Source.Default());
    }

    @Test
    void eachSourceHasPrecedenceOverTheOnesBeforeIt() throws Exception {
        Path file = file("[limits]", "head = \"1s\"", "lobby = \"1s\"", "choice = \"1s\"");
        Configuration configuration = Configuration.load(
                Optional.of(file),
                Map.of("POSTHOUSE_LIMITS_LOBBY", "2s", "POSTHOUSE_LIMITS_CHOICE", "2s"),
                Map.of("--limits-choice", "3s"));

        assertThat(configuration.limits().head()).isEqualTo(Duration.ofSeconds(1));
        assertThat(configuration.limits().lobby()).isEqualTo(Duration.ofSeconds(2));
        assertThat(configuration.limits().choice()).isEqualTo(Duration.ofSeconds(3));
        assertThat(configuration.print())
                .contains("head = \"1s\" # file " + file + ":2\n")
                .contains("lobby = \"2s\" # environment POSTHOUSE_LIMITS_LOBBY\n")
                .contains("choice = \"3s\" # flag --limits-choice\n")
                .contains("period = \"1d\" # default\n");
    }

    @Test
    void anUnknownKeyNamesTheNearestOneAndItsLine() throws IOException {
        Path file = file("# a comment", "[limits]", "loby = \"1s\"", "[tls]", "certficate = \"x\"");

        assertThat(problems(Optional.of(file), Map.of(), Map.of()))
                .containsExactly(
                        file + ":3: unknown setting limits.loby; did you mean limits.lobby?",
                        file + ":5: unknown setting tls.certficate; did you mean tls.certificate?");
    }

    @Test
    void aKeyThatIsLikeNoneIsNotGuessed() throws IOException {
        Path file = file("[gong]", "x = 1");

        assertThat(problems(Optional.of(file), Map.of(), Map.of()))
                .containsExactly(file + ":2: unknown setting gong.x");
    }

    @Test
    void aKeyWithoutItsSectionIsStillUnderstood() throws IOException {
        Path file = file("lobby = \"1s\"", "[acces]");

        assertThat(problems(Optional.of(file), Map.of(), Map.of()))
                .containsExactlyInAnyOrder(
                        file + ":1: unknown setting lobby; did you mean limits.lobby?",
                        file + ":2: unknown section acces; did you mean access?");
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() throws IOException {
        Path file = file("listen = 8080", "[limits]", "head = 10", "circuits = -1", "idel = \"1s\"");

        assertThat(problems(
                        Optional.of(file),
                        Map.of("POSTHOUSE_LIMITS_RATE", "fast"),
                        Map.of("--limits-lobby", "0s", "--lisen", ":1")))
                .hasSize(7)
                .anySatisfy(problem -> assertThat(problem)
                        .isEqualTo(
                                file + ":3: limits.head: right is a time with its unit, such as 500ms, 30s, 2m, 1h or"
                                        + " 1d, at most 366d, not \"10\""))
                .anySatisfy(problem -> assertThat(problem).startsWith("environment: POSTHOUSE_LIMITS_RATE: right is"))
                .anySatisfy(problem -> assertThat(problem).isEqualTo("flag --lisen: unknown; did you mean --listen?"));
    }

    @Test
    void aFileThatIsNoTomlIsReportedWithItsLine() throws IOException {
        Path file = file("listen = \":1\"", "[limits", "x");

        assertThat(problems(Optional.of(file), Map.of(), Map.of()))
                .first()
                .asString()
                .startsWith(file + ":2: not TOML: ");
    }

    @Test
    void aMissingFileIsAnError() {
        Path file = directory.resolve("nowhere.toml");

        assertThat(problems(Optional.of(file), Map.of(), Map.of())).containsExactly("there is no file " + file);
    }

    @Test
    void aCertificateNeedsItsKey() {
        assertThat(problems(Optional.empty(), Map.of(), Map.of("--tls-certificate", "chain.pem")))
                .containsExactly("tls.certificate is set (flag --tls-certificate), but tls.key is not: TLS needs both");
    }

    @Test
    void aListIsAnArrayInTheFileAndHasCommasElsewhere() throws Exception {
        Path file = file("listen = [\":1\", \"127.0.0.1:2\"]");
        var expected = List.of(new ListenAddress("", 1), new ListenAddress("127.0.0.1", 2));

        assertThat(Configuration.load(Optional.of(file), Map.of(), Map.of()).value(Settings.LISTEN))
                .isEqualTo(expected);
        assertThat(Configuration.load(Optional.empty(), Map.of("POSTHOUSE_LISTEN", ":1,127.0.0.1:2"), Map.of())
                        .value(Settings.LISTEN))
                .isEqualTo(expected);
    }

    @Test
    void oneValueIsNoArray() throws IOException {
        Path file = file("[tls]", "key = [\"a\", \"b\"]");

        assertThat(problems(Optional.of(file), Map.of(), Map.of()))
                .containsExactly(file + ":2: tls.key: right is one value, not an array");
    }

    @Test
    void variablesOfOthersAreOnlyWarnedOf() throws ConfigurationError {
        Configuration configuration = Configuration.load(
                Optional.empty(),
                Map.of(
                        "POSTHOUSE_PORT", "tcp://10.0.0.1:80",
                        "POSTHOUSE_TOKEN", "secret",
                        "POSTHOUSE_LISTEN", "",
                        "PATH", "/bin"),
                Map.of());

        assertThat(configuration.warnings())
                .singleElement()
                .asString()
                .contains("POSTHOUSE_PORT")
                .doesNotContain("tcp");
        assertThat(configuration.source(Settings.LISTEN)).isEqualTo(new Source.Default());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void whatIsPrintedLoadsToTheSame(long seed) throws Exception {
        var random = new Random(seed);
        Map<String, String> flags = Settings.all().stream()
                .filter(setting -> random.nextBoolean() || setting.section().equals("tls"))
                .collect(Collectors.toMap(Setting::flag, setting -> some(setting, random)));
        Configuration configuration = Configuration.load(Optional.empty(), Map.of(), flags);

        Path printed = Files.writeString(directory.resolve("printed.toml"), configuration.print());
        Configuration again = Configuration.load(Optional.of(printed), Map.of(), Map.of());

        assertThat(configuration.differences(again)).as("seed %d", seed).isEmpty();
        assertThat(again.print().replaceAll(" # .*", ""))
                .as("seed %d", seed)
                .isEqualTo(configuration.print().replaceAll(" # .*", ""));
    }

    private static String some(Setting<?> setting, Random random) {
        boolean off = random.nextInt(5) == 0;
        return switch (setting.type().label()) {
            case "DURATION" -> 1 + random.nextInt(100_000_000) + "ms";
            case "DURATION|off" -> off ? "off" : random.nextInt(10_000) + "m";
            case "NUMBER|off" -> off ? "off" : Integer.toString(random.nextInt() >>> 1);
            case "BYTES|off" -> off ? "off" : (random.nextLong() >>> 2) + "";
            case "BYTES|auto|off" -> off ? "off" : random.nextBoolean() ? "auto" : (random.nextLong() >>> 2) + "";
            case "RATE|off" -> off ? "off" : random.nextInt(8_000) + (random.nextBoolean() ? "M" : "KiB/s");
            case "FILE", "DIRECTORY" -> "/a \"quoted\\ \u00e4 name\u0001" + random.nextInt(10);
            case "PATH" -> "/rdv" + random.nextInt(10);
            case "WORDS" -> off ? "offset" : "offset, rdv";
            case "HOST" -> off ? "" : "relay" + random.nextInt(10) + ".example";
            case "NETWORKS" -> off ? "" : "10.0.0.0/8, 2001:db8::/32, ::1";
            case "ADDRESSES" -> "[::1]:" + random.nextInt(65_536) + ",relay.example:80, :0";
            case "ADDRESS|off" -> off ? "off" : "[fe80::1]:1";
            default -> {
                List<String> words = Arrays.asList(setting.type().label().split("\\|", -1));
                yield words.get(random.nextInt(words.size()));
            }
        };
    }

    @Test
    void aRunningDaemonTakesOverOnlyWhatCanChange() throws ConfigurationError {
        Configuration old = Configuration.load(Optional.empty(), Map.of(), Map.of());
        Configuration next = Configuration.load(
                Optional.empty(), Map.of(), Map.of("--listen", ":1", "--limits-lobby", "1s", "--log-level", "debug"));

        Configuration merged = old.changedTo(next);

        assertThat(old.differences(merged)).extracting(Setting::key).containsExactly("limits.lobby", "log.level");
        assertThat(merged.differences(next)).extracting(Setting::key).containsExactly("listen");
    }

    @Test
    void theUsualFileIsFoundByPlatformConventions() throws IOException {
        Path home = Files.createDirectories(directory.resolve(".config/posthouse"));
        Path file = Files.writeString(home.resolve("posthouse.toml"), "");

        assertThat(Configuration.defaultFile(Map.of("HOME", directory.toString())))
                .contains(file);
        assertThat(Configuration.defaultFile(
                        Map.of("XDG_CONFIG_HOME", directory.resolve(".config").toString())))
                .contains(file);
        assertThat(Configuration.defaultFile(Map.of("HOME", directory.toString(), "POSTHOUSE_CONFIG", "other.toml")))
                .contains(Path.of("other.toml"));
    }
}
