package dev.posthouse.daemon.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Reason;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.LeakCheck;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
class SettingsTest {

    private static final Path ROOT = Path.of("..");

    @TempDir
    Path directory;

    @Test
    void everySettingIsInTheTable() throws IllegalAccessException {
        var constants = new ArrayList<Object>();
        for (Field field : Settings.class.getFields()) {
            constants.add(field.get(null));
        }

        assertThat(constants).isNotEmpty().allMatch(Settings.all()::contains);
        assertThat(Settings.LIMITS).hasSameSizeAs(Arrays.asList(Limits.class.getRecordComponents()));
    }

    @Test
    void namesAreUniqueInEverySpelling() {
        assertThat(Settings.all()).extracting(Setting::key).doesNotHaveDuplicates();
        assertThat(Settings.all()).extracting(Setting::flag).doesNotHaveDuplicates();
        assertThat(Settings.all()).extracting(Setting::environmentName).doesNotHaveDuplicates();
    }

    @Test
    void settingsOfASectionStandTogetherAndThoseOfNoneFirst() {
        var seen = new HashSet<String>();
        String current = "";
        for (Setting<?> setting : Settings.all()) {
            if (!setting.section().equals(current)) {
                current = setting.section();
                assertThat(current).isNotEmpty();
                assertThat(seen.add(current)).as(current).isTrue();
            }
        }
    }

    @Test
    void theExampleFileIsWhatTheTableDraws() throws Exception {
        assertThat(ROOT.resolve("packaging/posthouse.toml")).hasContent(ConfigurationText.example());
    }

    @Test
    void theExampleWithoutItsCommentSignsIsTheDefault() throws Exception {
        String all = ConfigurationText.example().replaceAll("(?m)^#(?! )", "");
        Path file = Files.writeString(directory.resolve("all.toml"), all);

        Configuration configuration = Configuration.load(Optional.of(file), Map.of(), Map.of());

        assertThat(configuration.differences(Configuration.load(Optional.empty(), Map.of(), Map.of())))
                .isEmpty();
        assertThat(Settings.all()).allMatch(setting -> configuration.source(setting) instanceof Source.File);
    }

    @Test
    void theManualHasARowForEverySetting() throws Exception {
        assertThat(Files.readAllLines(ROOT.resolve("docs/operations.md")))
                .containsAll(ConfigurationText.documentation());
    }

    @Test
    void theManualHasEveryReason() throws Exception {
        String manual = Files.readString(ROOT.resolve("docs/operations.md"));

        assertThat(Reason.values()).allMatch(reason -> manual.contains("`" + reason.label() + "`"));
    }
}
