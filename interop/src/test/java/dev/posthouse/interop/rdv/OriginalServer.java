package dev.posthouse.interop.rdv;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.posthouse.interop.process.Programs;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The original server, as {@code rdvpeer serve}. */
final class OriginalServer implements LiveServer {

    private final Settings settings;
    private final ChildProcess process;
    private final InetSocketAddress address;

    private OriginalServer(Settings settings, ChildProcess process) {
        this.settings = settings;
        this.process = process;
        this.address = AddressPort.parse(event("listening", "").get("address").getAsString())
                .toSocketAddress();
    }

    static OriginalServer start(Settings settings) throws IOException {
        var command = new ArrayList<>(List.of(Programs.rdvpeer(), "serve", "--listen", settings.host() + ":0"));
        command.addAll(List.of("--lobby-timeout", settings.lobby().toMillis() + "ms"));
        command.addAll(List.of("--idle-timeout", settings.idle().toMillis() + "ms"));
        if (!settings.path().isEmpty()) {
            command.addAll(List.of("--path", settings.path()));
        }
        settings.tls()
                .ifPresent(tls -> command.addAll(List.of(
                        "--tls-cert",
                        tls.chain().toString(),
                        "--tls-key",
                        tls.key().toString())));
        if (settings.forwarded()) {
            command.add("--forwarded");
        }
        command.add("--verbose"); // the only way in which it says who waits
        ChildProcess process = ChildProcess.of(command).start();
        try {
            return new OriginalServer(settings, process);
        } catch (RuntimeException | AssertionError e) {
            process.close();
            throw e;
        }
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public URI uri() {
        return settings.uri(address);
    }

    private JsonObject event(String name, String token) {
        String line = process.awaitLine(
                Output.OUT,
                said -> {
                    JsonObject json = JsonParser.parseString(said).getAsJsonObject();
                    return json.get("event").getAsString().equals(name)
                            && (token.isEmpty()
                                    || json.get("token").getAsString().equals(token));
                },
                name + " " + token);
        return JsonParser.parseString(line).getAsJsonObject();
    }

    @Override
    public void awaitWaiting(String token) {
        process.awaitLine(Output.ERR, said -> said.contains("rdv: joined") && said.contains(token), token + " waits");
    }

    @Override
    public Choice choice(String token) {
        JsonObject event = event("continue", token);
        return switch (event.get("result").getAsString()) {
            case "relay" -> new Choice(Way.RELAYED, Optional.empty());
            case "other" -> new Choice(Way.DIRECT, Optional.of(event.get("addr").getAsString()));
            default -> throw new AssertionError("no route was chosen: " + event);
        };
    }

    @Override
    public Carried carried(String token) {
        JsonObject event = event("relay", token);
        return new Carried(
                event.get("dialBytes").getAsLong(),
                event.get("acceptBytes").getAsLong(),
                event.get("error").getAsString().equals("EOF"));
    }

    @Override
    public void shutDown() {
        process.terminate();
    }

    /** As a crash or a power cut would: nobody is told. */
    void kill() {
        process.kill();
    }

    @Override
    public void close() {
        process.close();
    }
}
