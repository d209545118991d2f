package dev.posthouse.bench.contestant;

import dev.posthouse.bench.process.ChildProcesses;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All contestants, with the one place that says how each is started. */
public final class Contestants {
    private static final String SPLICE_MAIN = "dev.posthouse.bench.relay.SpliceForwarder";

    private Contestants() {}

    /** In the order of the tables; {@code no-relay} is first and always there. */
    public static List<String> names() {
        return List.of("no-relay", "splice", "posthouse", "haproxy", "go-copy", "rdv-go");
    }

    /**
     * Those that can run here.
     *
     * @param workingDirectory for configuration files
     * @param descriptorLimit that the processes will have
     */
    public static List<Contestant> available(
            Programs programs, Path workingDirectory, long descriptorLimit, ChildProcesses children) {
        var all = new ArrayList<Contestant>();
        all.add(Forwarder.none(children));
        if (Contestants.class.getResource("/" + SPLICE_MAIN.replace('.', '/') + ".class") != null) {
            all.add(Forwarder.of("splice", 2, children, (listen, target) -> splice(listen, target)));
        }
        programs.posthouse()
                .ifPresent(launcher -> all.add(new RdvServer(
                        "posthouse",
                        Contestants::posthouseDescriptors,
                        children,
                        listen -> posthouse(launcher, listen))));
        programs.haproxy().ifPresent(haproxy -> {
            var configuration = new HaproxyConfiguration(workingDirectory, descriptorLimit);
            all.add(Forwarder.of(
                    "haproxy",
                    2,
                    children,
                    (listen, target) -> List.of(
                            haproxy.toString(),
                            "-db",
                            "-f",
                            configuration.write(listen, target).toString())));
        });
        // Two sockets, and a pipe for each direction that Go keeps for as long as the copy runs.
        programs.goCopy()
                .ifPresent(goCopy -> all.add(Forwarder.of(
                        "go-copy",
                        6,
                        children,
                        (listen, target) -> List.of(goCopy.toString(), text(listen), text(target)))));
        programs.rdvGo()
                .ifPresent(rdv -> all.add(new RdvServer(
                        "rdv-go",
                        limit -> limit,
                        children,
                        listen -> List.of(rdv.toString(), "-l", text(listen), "serve"))));
        return List.copyOf(all);
    }

    private static List<String> splice(InetSocketAddress listen, InetSocketAddress target) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return List.of(java, "-cp", System.getProperty("java.class.path"), SPLICE_MAIN, text(listen), text(target));
    }

    /** Its limits for each address stay as they are: the load comes from 254 addresses, which is below each of them. */
    private static List<String> posthouse(Path launcher, InetSocketAddress listen) {
        return List.of(launcher.toString(), "serve", "--listen", text(listen));
    }

    /** The daemon takes no circuits past 80 % of its descriptor limit. */
    private static long posthouseDescriptors(long limit) {
        return limit / 5 * 4;
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
