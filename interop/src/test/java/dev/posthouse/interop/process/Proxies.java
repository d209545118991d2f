package dev.posthouse.interop.process;

import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** nginx and HAProxy in the foreground, with everything that they write in a directory of the test's. */
public final class Proxies {

    private Proxies() {}

    /**
     * Starts nginx.
     *
     * @param server what stands in its only server block
     */
    public static ChildProcess nginx(Path directory, String server) throws IOException {
        Path configuration = directory.resolve("nginx.conf");
        Files.writeString(configuration, """
                daemon off;
                master_process off;
                pid %1$s/nginx.pid;
                error_log stderr;
                events { }
                http {
                  access_log off;
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  scgi_temp_path %1$s/scgi;
                  server {
                    %2$s
                  }
                }
                """.formatted(directory, server));
        return ChildProcess.of(List.of(
                        Programs.installed("nginx"),
                        "-p",
                        directory.toString(),
                        "-e",
                        "stderr",
                        "-c",
                        configuration.toString()))
                .start();
    }

    /**
     * Starts HAProxy.
     *
     * @param text its whole configuration
     */
    public static ChildProcess haproxy(Path directory, String text) throws IOException {
        Path configuration = directory.resolve("haproxy.cfg");
        Files.writeString(configuration, text);
        return ChildProcess.of(List.of(Programs.installed("haproxy"), "-db", "-f", configuration.toString()))
                .start();
    }
}
