package dev.posthouse.daemon.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.posthouse.net.ShownText;
import dev.posthouse.testkit.LeakCheck;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class JsonTest {

    @Test
    void everyKindOfValueIsWritten() {
        var map = new LinkedHashMap<String, Object>();
        map.put("number", 7L);
        map.put("fraction", 0.5);
        map.put("truth", true);
        map.put("none", Optional.empty());
        map.put("some", Optional.of("x"));
        map.put("list", List.of(1, "two", Map.of(), List.of()));

        assertThat(Json.write(map))
                .isEqualTo(
                        "{\"number\":7,\"fraction\":0.5,\"truth\":true,\"none\":null,\"some\":\"x\",\"list\":[1,\"two\",{},[]]}");
    }

    /** What a peer sends cannot end a string, a line or a field, nor be invisible; and it comes back as it was. */
    @Test
    void anyTextComesBackAndNothingOfItIsHidden() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        String marks =
                "\"\\{}[]:,\n\r\t\u0000\u001b\u007f\u0085\u009b\u200e\u202e\u2028\u2066\ufeff\ud800\udc00\u00e4x";
        for (int round = 0; round < 5_000; round++) {
            String text = random.ints(random.nextInt(12), 0, marks.length())
                    .collect(StringBuilder::new, (out, i) -> out.append(marks.charAt(i)), StringBuilder::append)
                    .toString();

            String written = Json.write(Map.of(text, text));

            assertThat(JsonParser.parseString(written).getAsJsonObject().asMap())
                    .as("seed %d", seed)
                    .containsExactly(Map.entry(text, new JsonPrimitive(text)));
            assertThat(written.codePoints()).as("seed %d", seed).noneMatch(ShownText::isHidden);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a\"b\\c",
                "line\nfeed\ttab\u0000\u001b[31m",
                "\u2028\u2029\u0085",
                "\ud83d\ude00",
                "\ud800",
                "\u00e4"
            })
    void stringsComeBackAndStayOnOneLine(String text) {
        String written = Json.write(text);

        assertThat(JsonParser.parseString(written).getAsString()).isEqualTo(text);
        assertThat(written).doesNotContain("\n", "\u001b", "\u2028", "\u0085");
    }
}
