package dev.posthouse.interop.rdv;

import dev.posthouse.interop.process.FreePort;
import dev.posthouse.interop.process.Programs;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The two command lines, as people run them. */
enum CommandLine {
    OURS,
    ORIGINAL;

    private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");

    /** A relay that runs. */
    record Serving(ChildProcess process, String url) implements AutoCloseable {
        static Serving at(ChildProcess process, InetSocketAddress address) {
            return new Serving(process, "http://127.0.0.1:" + address.getPort());
        }

        @Override
        public void close() {
            process.close();
        }
    }

    /** {@code serve}, on a free port of 127.0.0.1. */
    Serving serve() throws IOException {
        if (this == ORIGINAL) {
            // It says which address it was given, not which it got.
            FreePort.Listening listening =
                    FreePort.start(port -> ChildProcess.of(List.of(Programs.rdv(), "-l", "127.0.0.1:" + port, "serve"))
                            .start());
            return Serving.at(listening.process(), listening.address());
        }
        ChildProcess process = ChildProcess.of(Programs.posthouse(List.of("serve", "--listen", "127.0.0.1:0")))
                .environment("POSTHOUSE_ADMIN_LISTEN", "off") // a fixed port by default: several run here at once
                .start();
        try {
            Matcher address =
                    ADDRESS.matcher(process.awaitLine(Output.ERR, CommandLine::saysWhere, "where it listens"));
            if (!address.find()) {
                throw new AssertionError("no address" + process.everything());
            }
            return Serving.at(
                    process,
                    new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(address.group(1))));
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    private static boolean saysWhere(String said) {
        return said.toLowerCase(Locale.ROOT).contains("listening")
                && ADDRESS.matcher(said).find();
    }

    /**
     * What starts {@code dial} or {@code accept}.
     *
     * @param word which
     * @param way over which route
     */
    ChildProcess.Builder connect(String word, Way way, String url, String token) {
        String space = way == Way.DIRECT ? "all" : "none";
        var command = new ArrayList<String>();
        if (this == ORIGINAL) {
            command.addAll(List.of(Programs.rdv(), "-s", space, word, url, token));
        } else {
            command.addAll(
                    Programs.posthouse(List.of(word, url, token, "--space", space, "--timeout", "20s", "--json")));
        }
        return ChildProcess.of(command);
    }

    /** What the route is, by what a connected client has said. */
    Way route(ChildProcess client) {
        if (this == ORIGINAL) {
            return client.awaitLine(Output.ERR, said -> said.contains("peer connected"), "peer connected")
                            .contains("is_relay=true")
                    ? Way.RELAYED
                    : Way.DIRECT;
        }
        return client.awaitLine(Output.ERR, said -> said.contains("\"connected\""), "connected")
                        .contains("\"relayed\"")
                ? Way.RELAYED
                : Way.DIRECT;
    }
}
