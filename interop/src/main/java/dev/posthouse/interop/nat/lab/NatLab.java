package dev.posthouse.interop.nat.lab;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One laboratory that is up: a small internet of network namespaces, with routers of chosen behaviour. Its commands are
 * those of testkit/natlab/README.md. Any thread.
 */
public final class NatLab implements AutoCloseable {

    /** For one command: the slowest takes less than two seconds, and a busy machine is no failure. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path program;
    private final String name;

    private NatLab(Path program, String name) {
        this.program = program;
        this.name = name;
    }

    /**
     * Builds a laboratory.
     *
     * @param program the natlab script
     * @param name unique on this machine
     * @param topology such as {@code port-restricted/symmetric}
     * @throws IOException if it cannot be built; says why, and nothing is left of it
     */
    public static NatLab up(Path program, String name, String topology) throws IOException {
        var lab = new NatLab(program, name);
        lab.run("up", topology);
        return lab;
    }

    /** Takes down the laboratory of that name, if there is one: for what an interrupted run has left. */
    public static void down(Path program, String name) throws IOException {
        new NatLab(program, name).run("down");
    }

    /** The command that runs {@code command} on a host; the process becomes it, so its pid is the program's. */
    public List<String> exec(String host, List<String> command) {
        var all = new ArrayList<>(List.of(program.toString(), "--lab", name, "exec", host));
        all.addAll(command);
        return all;
    }

    /** Sets link conditions of a host or router: {@code delay=10ms}, {@code loss=5%}. */
    public void set(String host, List<String> conditions) throws IOException {
        var arguments = new ArrayList<>(List.of("set", host));
        arguments.addAll(conditions);
        run(arguments.toArray(String[]::new));
    }

    /** Makes a host's uplink swallow everything, both ways. */
    public void cut(String host) throws IOException {
        run("cut", host);
    }

    /** Undoes {@link #cut}. */
    public void heal(String host) throws IOException {
        run("heal", host);
    }

    /** Ends every process in the laboratory and takes it down. */
    @Override
    public void close() throws IOException {
        run("down");
    }

    private void run(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(program.toString(), "--lab", name));
        command.addAll(List.of(arguments));
        Path said = Files.createTempFile("natlab", ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("natlab " + String.join(" ", arguments) + " did not end within "
                        + LIMIT.toSeconds() + " s: " + Files.readString(said, StandardCharsets.UTF_8));
            }
            if (process.exitValue() != 0) {
                throw new IOException("natlab " + String.join(" ", arguments) + " failed: "
                        + Files.readString(said, StandardCharsets.UTF_8).strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while natlab was at work").initCause(e);
        } finally {
            process.destroyForcibly();
            Files.deleteIfExists(said);
        }
    }
}
