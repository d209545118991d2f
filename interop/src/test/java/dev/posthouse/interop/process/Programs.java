package dev.posthouse.interop.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where the programs are that the tests start. */
public final class Programs {

    /** Beside the PATH: HAProxy and nginx are not on every user's. */
    private static final List<String> SYSTEM = List.of("/usr/local/sbin", "/usr/sbin", "/sbin");

    private Programs() {}

    /** The original rdv's client and server as a live peer (interop/peers/rdv). */
    public static String rdvpeer() {
        return peer("rdvpeer", "rdv");
    }

    /** The original rdv's command line. */
    public static String rdv() {
        return peer("rdv", "rdv");
    }

    /** A second implementation of Offset in every role (interop/peers/offset). */
    public static String offsetpeer() {
        return peer("offsetpeer", "offset");
    }

    private static String peer(String name, String theme) {
        Path program = Path.of("target", "peers", name).toAbsolutePath();
        if (!Files.isExecutable(program)) {
            throw new AssertionError(program + " is missing: interop/run " + theme + " builds it");
        }
        return program.toString();
    }

    /** A program of the system. */
    public static String installed(String name) {
        return Stream.concat(
                        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1)), SYSTEM.stream())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not installed: apt-get install -y " + name))
                .toString();
    }

    /** The launcher in the root of the source tree. */
    public static String launcher() {
        return Path.of("..", "posthouse").toAbsolutePath().normalize().toString();
    }

    /** Our command line, from the classes of this very build, as it starts fast. */
    public static List<String> posthouse(List<String> arguments) {
        return posthouse(List.of("-XX:TieredStopAtLevel=1"), arguments);
    }

    /**
     * The same.
     *
     * @param options of the virtual machine
     */
    public static List<String> posthouse(List<String> options, List<String> arguments) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xshare:auto"));
        command.addAll(options);
        command.addAll(List.of("-cp", productClassPath(), "dev.posthouse.cli.Main"));
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
