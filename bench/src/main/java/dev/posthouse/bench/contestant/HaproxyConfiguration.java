package dev.posthouse.bench.contestant;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** HAProxy as a TCP relay that splices where it finds that worth while. */
final class HaproxyConfiguration {
    /** Above every load here; each costs HAProxy two descriptors, and it refuses to start without them. */
    private static final long CONNECTIONS = 20_000;

    /** Pipes that it may hold at once, two descriptors each: one for each direction of the busiest load, 64 pairs. */
    private static final int PIPES = 200;

    private final Path directory;
    private final long connections;

    /** @param descriptorLimit of the process to be started */
    HaproxyConfiguration(Path directory, long descriptorLimit) {
        this.directory = directory;
        // 100 for its listeners, threads and files.
        this.connections = Math.min(CONNECTIONS, (descriptorLimit - 2 * PIPES - 100) / 2);
    }

    Path write(InetSocketAddress listen, InetSocketAddress target) throws IOException {
        String text = """
                global
                    nbthread 2
                    maxconn %d
                    maxpipes %d
                defaults
                    mode tcp
                    option splice-auto
                    timeout connect 5s
                    timeout client 10m
                    timeout server 10m
                listen relay
                    bind 127.0.0.1:%d
                    server target 127.0.0.1:%d
                """.formatted(connections, PIPES, listen.getPort(), target.getPort());
        return Files.writeString(directory.resolve("haproxy-" + listen.getPort() + ".cfg"), text);
    }
}
