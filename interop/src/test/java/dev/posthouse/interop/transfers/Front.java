package dev.posthouse.interop.transfers;

import dev.posthouse.interop.process.FreePort;
import dev.posthouse.interop.process.Programs;
import dev.posthouse.interop.process.Proxies;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What stands between the peers and our relay. Those that docs/operations.md prints run as they are printed there. */
enum Front {
    NONE("no proxy"),
    NGINX_HTTP("nginx http"),
    NGINX_HTTPS("nginx https"),
    HAPROXY_TCP("HAProxy tcp"),
    HAPROXY_HTTP("HAProxy http"),
    CADDY("Caddy");

    private static final String DOCUMENT = "docs/operations.md";
    private static final String PRINTED_RELAY = "127.0.0.1:8080";

    private final String label;

    Front(String label) {
        this.label = label;
    }

    @Override
    public String toString() {
        return label;
    }

    boolean passesBytesOnly() {
        return this == NONE || this == HAPROXY_TCP;
    }

    /**
     * A relay with its proxy.
     *
     * @param url where peers meet
     * @param programs to end, the proxy first
     */
    record Site(String url, List<AutoCloseable> programs) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            for (AutoCloseable program : programs) {
                program.close();
            }
        }
    }

    /** Starts the relay and what stands before it; files go to a new directory below {@code parent}. */
    Site start(Path parent, TestCertificates certificates) throws IOException {
        Path directory = Files.createDirectory(parent.resolve(name()));
        Posthouse.Serving relay = Posthouse.serve(directory, relayOptions(directory));
        try {
            if (this == NONE) {
                return new Site("http://" + relay.address(), List.of(relay));
            }
            TestCertificates.Issued issued = encrypted() ? certificates.issue("127.0.0.1") : null;
            FreePort.Listening proxy = FreePort.start(port -> startProxy(directory, port, relay, issued));
            String url = (encrypted() ? "https" : "http") + "://127.0.0.1:"
                    + proxy.address().getPort() + (this == HAPROXY_TCP ? "" : "/rdv");
            return new Site(url, List.of(proxy.process(), relay));
        } catch (AssertionError | IOException e) {
            relay.close();
            throw e;
        }
    }

    private boolean encrypted() {
        // What is printed for HAProxy ends TLS there.
        return this == NGINX_HTTPS || this == HAPROXY_TCP;
    }

    private String[] relayOptions(Path directory) throws IOException {
        if (this == NONE) {
            return new String[0];
        }
        String heading = this == HAPROXY_TCP ? "Behind HAProxy" : "Behind nginx";
        Path file = directory.resolve("posthouse.toml");
        Files.writeString(
                file,
                DocumentedConfiguration.block(DOCUMENT, heading, "toml", 0).text());
        return new String[] {"--config", file.toString()};
    }

    private ChildProcess startProxy(
            Path directory, int port, Posthouse.Serving relay, TestCertificates.@Nullable Issued issued)
            throws IOException {
        return switch (this) {
            case NGINX_HTTP -> nginx(directory, "listen 127.0.0.1:" + port + ";", relay);
            case NGINX_HTTPS ->
                nginx(
                        directory,
                        "listen 127.0.0.1:%d ssl; ssl_certificate %s; ssl_certificate_key %s;"
                                .formatted(
                                        port,
                                        issued(issued).chain(),
                                        issued(issued).key()),
                        relay);
            case HAPROXY_TCP -> {
                Path both = directory.resolve("posthouse.pem");
                Files.writeString(
                        both,
                        Files.readString(issued(issued).chain())
                                + Files.readString(issued(issued).key()));
                yield Proxies.haproxy(
                        directory,
                        DocumentedConfiguration.block(DOCUMENT, "Behind HAProxy", "", 0)
                                .with("/etc/haproxy/posthouse.pem", both.toString())
                                .with("bind :443", "bind 127.0.0.1:" + port)
                                .with(PRINTED_RELAY, relay.address())
                                .text());
            }
            case HAPROXY_HTTP -> Proxies.haproxy(directory, """
                    listen rdv
                        bind 127.0.0.1:%d
                        mode http
                        timeout connect 5s
                        timeout client 1h
                        timeout server 1h
                        timeout tunnel 1h
                        option forwardfor
                        server relay %s
                    """.formatted(port, relay.address()));
            case CADDY -> caddy(directory, port, relay);
            case NONE -> throw new IllegalStateException("nothing stands there");
        };
    }

    private static TestCertificates.Issued issued(TestCertificates.@Nullable Issued issued) {
        return Objects.requireNonNull(issued);
    }

    private static ChildProcess nginx(Path directory, String listen, Posthouse.Serving relay) throws IOException {
        String location = DocumentedConfiguration.block(DOCUMENT, "Behind nginx", "nginx", 0)
                .with(PRINTED_RELAY, relay.address())
                .text();
        return Proxies.nginx(directory, listen + "\n" + location);
    }

    private static ChildProcess caddy(Path directory, int port, Posthouse.Serving relay) throws IOException {
        Path configuration = directory.resolve("Caddyfile");
        Files.writeString(configuration, """
                {
                    admin off
                    auto_https off
                }
                http://127.0.0.1:%d {
                    bind 127.0.0.1
                    reverse_proxy %s
                }
                """.formatted(port, relay.address()));
        return ChildProcess.of(List.of(
                        Programs.installed("caddy"),
                        "run",
                        "--adapter",
                        "caddyfile",
                        "--config",
                        configuration.toString()))
                .environment("HOME", directory.toString())
                .environment("XDG_DATA_HOME", directory.toString())
                .environment("XDG_CONFIG_HOME", directory.toString())
                .start();
    }
}
