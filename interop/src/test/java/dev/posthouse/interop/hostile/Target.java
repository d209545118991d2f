package dev.posthouse.interop.hostile;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.posthouse.crypto.PublicKey;
import dev.posthouse.interop.offset.Events;
import dev.posthouse.interop.process.Programs;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The daemon with a heap of 256 MiB and the limits it has by default: every dialect, TLS and PROXY headers on one port.
 *
 * @param address where peers connect
 * @param key the Offset relay's
 * @param admin of its pages
 */
record Target(ChildProcess process, Events events, InetSocketAddress address, PublicKey key, URI admin)
        implements AutoCloseable {

    /** A proxy's network, from which PROXY headers are believed. */
    static final InetAddress PROXY = InetAddress.ofLiteral("127.0.7.1");

    /** What it holds when nobody is there. */
    record Footprint(long connections, long memory, long descriptors, long threads) {}

    static Target start(Path directory, TestCertificates.Issued certificate) throws IOException {
        Path state = Files.createTempDirectory(directory, "state");
        var arguments = new ArrayList<>(List.of("serve", "--json", "--listen", "127.0.0.1:0"));
        arguments.addAll(List.of("--admin-listen", "127.0.0.1:0", "--state", state.toString()));
        arguments.addAll(List.of("--tls-certificate", certificate.chain().toString()));
        arguments.addAll(List.of("--tls-key", certificate.key().toString()));
        arguments.addAll(List.of("--proxy-trusted", PROXY.getHostAddress() + "/32"));
        ChildProcess process = ChildProcess.of(Programs.posthouse(
                        List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError", "-XX:TieredStopAtLevel=4"), arguments))
                .start();
        try {
            Events events = Events.err(process);
            URI offset =
                    URI.create(events.await("offset-address").get("address").getAsString());
            String admin = events.await("admin-listening").get("address").getAsString();
            events.await("ready");
            return new Target(
                    process,
                    events,
                    new InetSocketAddress(InetAddress.ofLiteral(offset.getHost()), offset.getPort()),
                    PublicKey.parse(offset.getPath().substring(1)),
                    URI.create("http://" + admin));
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    /** A connection to it from an address of this machine. */
    SocketChannel connect(InetAddress from) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.bind(new InetSocketAddress(from, 0));
            channel.connect(address);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** What its status page says. */
    JsonObject status() throws IOException, InterruptedException {
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build()) {
            HttpRequest request = HttpRequest.newBuilder(admin.resolve("/status.json"))
                    .timeout(Duration.ofSeconds(20))
                    .build();
            return JsonParser.parseString(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .getAsJsonObject();
        }
    }

    /** Bytes that it may hold for peers. */
    long memoryLimit() throws IOException, InterruptedException {
        return status().getAsJsonObject("memory").get("limit").getAsLong();
    }

    Footprint footprint() throws IOException, InterruptedException {
        JsonObject status = status();
        return new Footprint(
                status.get("connections").getAsLong(),
                status.getAsJsonObject("memory").get("held").getAsLong(),
                entries("fd"),
                entries("task"));
    }

    /** Resident memory, in MiB. */
    long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }

    private long entries(String kind) throws IOException {
        try (DirectoryStream<Path> all =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(process.pid()), kind))) {
            long count = 0;
            for (Path _ : all) {
                count++;
            }
            return count;
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
