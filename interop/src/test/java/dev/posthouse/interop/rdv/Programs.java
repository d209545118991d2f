package dev.posthouse.interop.rdv;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where the programs are that the tests start. */
final class Programs {

    /** Beside the PATH: HAProxy and nginx are not on every user's. */
    private static final List<String> SYSTEM = List.of("/usr/local/sbin", "/usr/sbin", "/sbin");

    private Programs() {}

    /** The original's client and server as a live peer (interop/peers/rdv). */
    static String rdvpeer() {
        return peer("rdvpeer");
    }

    /** The original's command line. */
    static String rdv() {
        return peer("rdv");
    }

    private static String peer(String name) {
        Path program = Path.of("target", "peers", name).toAbsolutePath();
        if (!Files.isExecutable(program)) {
            throw new AssertionError(program + " is missing: interop/run rdv builds it");
        }
        return program.toString();
    }

    /** A program of the system. */
    static String installed(String name) {
        return Stream.concat(
                        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1)), SYSTEM.stream())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not installed: apt-get install -y " + name))
                .toString();
    }

    /** Our command line, from the classes of this very build. */
    static List<String> posthouse(List<String> arguments) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                productClassPath(),
                "dev.posthouse.cli.Main"));
        command.addAll(arguments);
        return command;
    }

    /** Without this module: its log configuration must not stand in for the product's. */
    private static String productClassPath() {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));
        Path here = Path.of("target").toAbsolutePath();
        return Arrays.stream(all.split(File.pathSeparator, -1))
                .filter(entry -> !Path.of(entry).toAbsolutePath().startsWith(here))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
