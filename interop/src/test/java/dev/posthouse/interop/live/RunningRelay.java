package dev.posthouse.interop.live;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.posthouse.crypto.Ed25519PublicKey;
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
 * The daemon with a heap of 256 MiB and the limits it has by default: every dialect, TLS and PROXY headers on one port. Any thread.
 *
 * @param address where peers connect
 * @param key the Offset relay's
 * @param admin of its pages
 */
public record RunningRelay(
        ChildProcess process, Events events, InetSocketAddress address, Ed25519PublicKey key, URI admin)
        implements AutoCloseable {

    /** A proxy's network, from which PROXY headers are believed. */
    public static final InetAddress PROXY = InetAddress.ofLiteral("127.0.7.1");

    private static final List<String> HEAP = List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError");

    private static final Duration ANSWER = Duration.ofSeconds(20);

    /** What it holds when nobody is there. */
    public record Footprint(long connections, long memory, long descriptors, long threads) {}

    /** A page of the admin port, as it was answered. */
    public record Page(int status, String body) {}

    /** Starts it from the classes of this very build. */
    public static RunningRelay start(Path directory, TestCertificates.Issued certificate) throws IOException {
        var options = new ArrayList<>(HEAP);
        options.add("-XX:TieredStopAtLevel=4");
        return started(ChildProcess.of(Programs.posthouse(options, serve(directory, certificate))));
    }

    /**
     * Starts it as people do, with the launcher, which must have been built.
     *
     * @param more options of {@code serve}
     */
    public static RunningRelay launch(Path directory, TestCertificates.Issued certificate, List<String> more)
            throws IOException {
        var command = new ArrayList<>(List.of(Programs.launcher()));
        command.addAll(serve(directory, certificate));
        command.addAll(more);
        return started(ChildProcess.of(command).environment("POSTHOUSE_JVM_OPTIONS", String.join(" ", HEAP)));
    }

    private static List<String> serve(Path directory, TestCertificates.Issued certificate) throws IOException {
        Path state = Files.createTempDirectory(directory, "state");
        var arguments = new ArrayList<>(List.of("serve", "--json", "--listen", "127.0.0.1:0"));
        arguments.addAll(List.of("--admin-listen", "127.0.0.1:0", "--state", state.toString()));
        arguments.addAll(List.of("--tls-certificate", certificate.chain().toString()));
        arguments.addAll(List.of("--tls-key", certificate.key().toString()));
        arguments.addAll(List.of("--proxy-trusted", PROXY.getHostAddress() + "/32"));
        return arguments;
    }

    private static RunningRelay started(ChildProcess.Builder program) throws IOException {
        ChildProcess process = program.start();
        try {
            Events events = Events.err(process);
            URI offset =
                    URI.create(events.await("offset-address").get("address").getAsString());
            String admin = events.await("admin-listening").get("address").getAsString();
            events.await("ready");
            return new RunningRelay(
                    process,
                    events,
                    new InetSocketAddress(InetAddress.ofLiteral(offset.getHost()), offset.getPort()),
                    Ed25519PublicKey.parse(offset.getPath().substring(1)),
                    URI.create("http://" + admin));
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    /** A connection to it from an address of this machine. */
    public SocketChannel connect(InetAddress from) throws IOException {
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

    /** A page of its admin port. */
    public Page page(String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(ANSWER).build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(admin.resolve(path)).timeout(ANSWER).build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            return new Page(answer.statusCode(), answer.body());
        }
    }

    /** What its status page says. */
    public JsonObject status() throws IOException, InterruptedException {
        return JsonParser.parseString(page("/status.json").body()).getAsJsonObject();
    }

    /** Bytes that it may hold for peers. */
    public long memoryLimit() throws IOException, InterruptedException {
        return status().getAsJsonObject("memory").get("limit").getAsLong();
    }

    /** What it holds now. */
    public Footprint footprint() throws IOException, InterruptedException {
        JsonObject status = status();
        return new Footprint(
                status.get("connections").getAsLong(),
                status.getAsJsonObject("memory").get("held").getAsLong(),
                descriptors(),
                threads());
    }

    /** Open file descriptors of its process. */
    public long descriptors() throws IOException {
        return entries("fd");
    }

    /** Threads of its process that the system knows. */
    public long threads() throws IOException {
        return entries("task");
    }

    /** Resident memory, in MiB. */
    public long resident() throws IOException {
        return residentKib() / 1024;
    }

    /** Resident memory, in KiB. */
    public long residentKib() throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
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
