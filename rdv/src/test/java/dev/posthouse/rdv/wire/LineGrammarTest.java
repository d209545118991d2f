package dev.posthouse.rdv.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.rdv.Vectors;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the original's readers make of a line, ours make of it, however the bytes are cut. */
class LineGrammarTest {

    record Row(String line, String result) {
        @Override
        public String toString() {
            return line.length() > 60
                    ? line.length() + " bytes"
                    : line.replace("\n", "\\n").replace("\r", "\\r");
        }
    }

    static Stream<Row> commandLines() {
        return Stream.concat(rows("command_lines"), longRows("long_command_lines"));
    }

    static Stream<Row> headerLines() {
        return Stream.concat(rows("header_lines"), longRows("long_header_lines"));
    }

    private static Stream<Row> rows(String list) {
        return objects(list)
                .map(row ->
                        new Row(row.get("Line").getAsString(), row.get("Result").getAsString()));
    }

    private static Stream<Row> longRows(String list) {
        return objects(list).map(row -> {
            String head = row.get("Head").getAsString();
            String tail = row.get("Tail").getAsString();
            int fill = row.get("Bytes").getAsInt() - head.length() - tail.length();
            String filled = row.get("Fill").getAsString().repeat(fill);
            return new Row(
                    head + filled + tail, row.get("Result").getAsString().replace("(the fill)", "token=" + filled));
        });
    }

    private static Stream<JsonObject> objects(String list) {
        return StreamSupport.stream(
                        Vectors.json("line-grammar.json")
                                .getAsJsonObject()
                                .getAsJsonArray(list)
                                .spliterator(),
                        false)
                .map(element -> element.getAsJsonObject());
    }

    @ParameterizedTest
    @MethodSource("commandLines")
    void commandLineIsReadAsTheOriginalReadsIt(Row row) throws IOException {
        assertRow(row, line -> switch (Command.of(line)) {
            case Command.Continue go -> "CONTINUE";
            case Command.Other other ->
                "OTHER(" + other.address().map(Object::toString).orElse("zero addr") + ")";
        });
    }

    @ParameterizedTest
    @MethodSource("headerLines")
    void headerLineIsReadAsTheOriginalReadsIt(Row row) throws IOException {
        assertRow(row, line -> {
            HeaderLine header = HeaderLine.of(line);
            return "method=" + header.method() + " token="
                    + new String(header.token().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        });
    }

    private interface Parse {
        String of(Line line) throws IOException;
    }

    private static void assertRow(Row row, Parse parse) throws IOException {
        byte[] bytes = row.line().getBytes(StandardCharsets.UTF_8);
        for (int cut :
                bytes.length > 100 ? List.of(1, bytes.length - 1) : List.of(0, 1, bytes.length / 2, bytes.length)) {
            if (cut > bytes.length) {
                continue;
            }
            ByteStream stream = pieces(bytes, cut);
            if (row.result().startsWith("error")) {
                Class<? extends IOException> expected =
                        row.result().contains("EOF") ? EOFException.class : ProtocolViolation.class;
                assertThatThrownBy(() -> parse.of(Line.read(stream))).isInstanceOf(expected);
            } else {
                assertThat(parse.of(Line.read(stream))).isEqualTo(row.result());
            }
        }
    }

    private static ByteStream pieces(byte[] bytes, int cut) throws IOException {
        var pair = MemoryPair.create();
        Thread.startVirtualThread(() -> {
            try {
                pair.left().write(ByteBuffer.wrap(bytes, 0, cut));
                pair.left().write(ByteBuffer.wrap(bytes, cut, bytes.length - cut));
                pair.left().shutdownOutput();
            } catch (IOException e) {
                // the reader has given up: a line that is too long
            }
        });
        return pair.right();
    }

    @Test
    void bytesBehindTheLineStayInTheStream() throws IOException {
        Line line = Line.read(pieces("CONTINUE\nhello".getBytes(StandardCharsets.US_ASCII), 12));
        ByteBuffer rest = ByteBuffer.allocate(16);
        int count;
        do {
            count = line.rest().read(rest);
        } while (count >= 0);
        assertThat(new String(rest.array(), 0, rest.position(), StandardCharsets.US_ASCII))
                .isEqualTo("hello");
    }
}
