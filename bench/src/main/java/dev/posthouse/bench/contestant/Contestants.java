package dev.posthouse.bench.contestant;

import dev.posthouse.bench.process.ChildProcesses;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All that relay bytes, with the one place that says how each is started. */
public final class Contestants {
    private static final String SPLICE_MAIN = "dev.posthouse.bench.relay.SpliceForwarder";

    /** With splice-auto HAProxy 2.6 copies for the first 5 s of a connection and only then begins to splice (measured). */
    private static final Duration HAPROXY_WARM_UP = Duration.ofSeconds(6);

    private final Programs programs;
    private final Path workingDirectory;
    private final long descriptorLimit;
    private final ChildProcesses children;

    /**
     * @param programs what there is to be run
     * @param workingDirectory for configuration files
     * @param descriptorLimit that the processes will have
     * @param children starts and ends them
     */
    public Contestants(Programs programs, Path workingDirectory, long descriptorLimit, ChildProcesses children) {
        this.programs = programs;
        this.workingDirectory = workingDirectory;
        this.descriptorLimit = descriptorLimit;
        this.children = children;
    }

    /** Of all, in the order of the tables. */
    public static List<String> names() {
        return List.of("no-relay", "splice", "posthouse", "haproxy", "go-copy", "rdv-go");
    }

    /** Those that can run here; {@code no-relay} always can. */
    public List<Contestant<Pair>> available() {
        return Stream.of(
                        Optional.of(Forwarder.none(children)),
                        splice(),
                        programs.posthouse().map(this::posthouse),
                        programs.haproxy().map(this::haproxy),
                        programs.goCopy().map(this::goCopy),
                        programs.rdvGo().map(this::rdvGo))
                .<Contestant<Pair>>flatMap(Optional::stream)
                .toList();
    }

    private Optional<Contestant<Pair>> splice() {
        if (Contestants.class.getResource("/" + SPLICE_MAIN.replace('.', '/') + ".class") == null) {
            return Optional.empty();
        }
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path");
        return Optional.of(Forwarder.of(
                "splice",
                2,
                children,
                (listen, target) ->
                        List.of(java, "-cp", classPath, SPLICE_MAIN, Loopback.text(listen), Loopback.text(target))));
    }

    /**
     * The daemon's limits for each address stay as they are: the load comes from 254 addresses and is below each of them.
     * It takes no circuits past 80 % of its descriptor limit.
     */
    private Contestant<Pair> posthouse(Path launcher) {
        return new RdvServer(
                "posthouse",
                limit -> limit / 5 * 4,
                children,
                listen -> List.of(launcher.toString(), "serve", "--listen", Loopback.text(listen)));
    }

    private Contestant<Pair> haproxy(Path haproxy) {
        var configuration = new HaproxyConfiguration(workingDirectory, descriptorLimit);
        return Forwarder.of("haproxy", 2, children, (listen, target) -> {
                    Path file = configuration.write(listen, target);
                    return List.of(haproxy.toString(), "-db", "-f", file.toString());
                })
                .warmingUpFor(HAPROXY_WARM_UP);
    }

    /** For a pair it holds two sockets, and a pipe for each direction for as long as the copy runs. */
    private Contestant<Pair> goCopy(Path goCopy) {
        return Forwarder.of(
                "go-copy",
                6,
                children,
                (listen, target) -> List.of(goCopy.toString(), Loopback.text(listen), Loopback.text(target)));
    }

    private Contestant<Pair> rdvGo(Path rdv) {
        return new RdvServer(
                "rdv-go",
                limit -> limit,
                children,
                listen -> List.of(rdv.toString(), "-l", Loopback.text(listen), "serve"));
    }
}
