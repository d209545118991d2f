package dev.posthouse.interop.rdv;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.posthouse.interop.process.Payload;
import dev.posthouse.interop.process.Programs;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The original client, as {@code rdvpeer dial} and {@code accept}.
 *
 * @param options its flags
 */
record OriginalClient(List<String> options) implements LiveClient {

    static OriginalClient with(Way way) {
        return new OriginalClient(List.of(
                "--space", way.space(), "--picker", way.picker(), "--timeout", "15s", "--transfer-timeout", "18s"));
    }

    /** With further flags; of one that is given twice the last counts. */
    OriginalClient and(String... more) {
        return new OriginalClient(
                Stream.concat(options.stream(), Stream.of(more)).toList());
    }

    @Override
    public OriginalClient trusting(Path authorities) {
        return and("--cacert", authorities.toString());
    }

    @Override
    public OriginalClient insecure() {
        return and("--insecure");
    }

    /** Starts a call. */
    ChildProcess start(Method method, URI server, String token, String... more) throws IOException {
        var command = new ArrayList<>(
                List.of(Programs.rdvpeer(), method.name().toLowerCase(Locale.ROOT), "--server", server.toString()));
        command.addAll(List.of("--token", token));
        command.addAll(options);
        command.addAll(List.of(more));
        return ChildProcess.of(command).start();
    }

    /** Waits for an event of a running call. */
    static JsonObject event(ChildProcess process, String name) {
        String line = process.awaitLine(
                Output.ERR,
                said -> said.startsWith("{")
                        && name.equals(json(said).get("event").getAsString()),
                name);
        return json(line);
    }

    private static JsonObject json(String line) {
        return JsonParser.parseString(line).getAsJsonObject();
    }

    @Override
    public Background<Result> exchange(
            Method method, URI server, String token, Payload outgoing, Payload incoming, Path directory) {
        return Background.start(() -> {
            try (ChildProcess process = start(
                    method, server, token, "--send", outgoing.file(directory).toString())) {
                if (process.awaitExit() != 0) {
                    throw new AssertionError("the original failed" + process.everything());
                }
                JsonObject connected = event(process, "connected");
                JsonObject closed = event(process, "closed");
                return new Result(
                        connected.get("route").getAsString(),
                        connected.get("remote").getAsString(),
                        Optional.ofNullable(connected.get("observed")).map(JsonElement::getAsString),
                        connected.getAsJsonArray("self").asList().stream()
                                .map(JsonElement::getAsString)
                                .toList(),
                        closed.get("receivedSha256").getAsString());
            }
        });
    }
}
