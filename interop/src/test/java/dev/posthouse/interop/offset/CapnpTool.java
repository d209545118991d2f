package dev.posthouse.interop.offset;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.posthouse.interop.process.Programs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The {@code capnp} tool with the schema of Offset's messages. */
final class CapnpTool {

    private static final Path SCHEMA = Path.of(
                    "..", "offset", "src", "test", "resources", "dev", "posthouse", "offset", "schema")
            .resolve("offset_relay_msgs.capnp");

    private CapnpTool() {}

    /** Runs it: input in, output out, exit status 0. */
    static byte[] run(byte[] input, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Programs.installed("capnp")));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread writer = Thread.ofVirtual().start(() -> {
            try (OutputStream to = process.getOutputStream()) {
                to.write(input);
            } catch (IOException e) {
                // It has ended early, and says why itself.
            }
        });
        byte[] output = process.getInputStream().readAllBytes();
        writer.join();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        return output;
    }

    /** Converts messages of a kind; {@code how} is FROM:TO. */
    static byte[] convert(byte[] input, String how, WireKind kind, String... more)
            throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of("convert", "--quiet", "--short"));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of(how, SCHEMA.toString(), kind.type()));
        return run(input, arguments.toArray(String[]::new));
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    static byte[] joined(List<byte[]> parts) {
        ByteBuffer all =
                ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        parts.forEach(all::put);
        return all.array();
    }

    static List<JsonElement> json(byte[] lines) {
        return new String(lines, StandardCharsets.UTF_8)
                .lines()
                .map(JsonParser::parseString)
                .toList();
    }

    /** Unpacked messages one behind the other, each with its table. */
    static List<byte[]> split(byte[] messages) {
        ByteBuffer from = ByteBuffer.wrap(messages).order(ByteOrder.LITTLE_ENDIAN);
        var parts = new ArrayList<byte[]>();
        while (from.hasRemaining()) {
            int start = from.position();
            int segments = from.getInt(start) + 1;
            int length = (4 + 4 * segments + 7) / 8 * 8;
            for (int i = 0; i < segments; i++) {
                length += 8 * from.getInt(start + 4 + 4 * i);
            }
            byte[] part = new byte[length];
            from.get(part);
            parts.add(part);
        }
        return parts;
    }
}
