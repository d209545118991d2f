package dev.posthouse.interop.transfers;

import dev.posthouse.interop.offset.Who;
import dev.posthouse.interop.process.Tags;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;

/**
 * The commands of two of our command lines that are to meet at a relay of ours.
 *
 * @param listener the acceptor's identity, where the dialer is refused until the acceptor is there
 */
record Pair(Way way, Posthouse.Serving relay, List<String> accept, List<String> dial, Optional<Who> listener) {

    /** How long an end waits for its peer, as it stands in the commands. */
    static final String TIMEOUT = "20s";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** How they reach each other. */
    enum Way {
        /** rdv, through the relay. */
        RELAYED,
        /** rdv, directly over loopback. */
        DIRECT,
        /** rdv over https, through the relay. */
        TLS,
        /** Offset, through the relay, encrypted end to end. */
        OFFSET;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A pair that no other has met.
     *
     * @param relay with TLS and both dialects
     * @param authority whose certificates are good
     * @param directory where identities go
     */
    static Pair of(Way way, Posthouse.Serving relay, Path authority, Path directory) throws IOException {
        if (way == Way.OFFSET) {
            Who acceptor = Who.in(directory);
            Who dialer = Who.in(directory);
            String address = relay.offsetAddress();
            return new Pair(
                    way,
                    relay,
                    command("accept", address, "--identity", acceptor.file(), "--allow", dialer.key()),
                    command("dial", address + "/" + acceptor.key(), "--identity", dialer.file()),
                    Optional.of(acceptor));
        }
        String url = (way == Way.TLS ? "https://" : "http://") + relay.address();
        String token = UUID.randomUUID().toString();
        List<Object> options =
                switch (way) {
                    case DIRECT -> List.of("--space", "all");
                    case TLS -> List.of("--space", "none", "--cacert", authority);
                    default -> List.of("--space", "none");
                };
        List<String> accept = command("accept", url, token);
        List<String> dial = command("dial", url, token);
        for (Object option : options) {
            accept.add(option.toString());
            dial.add(option.toString());
        }
        if (way == Way.DIRECT) {
            // On a busy machine, too, the direct way is the one that is wanted.
            dial.addAll(List.of("--wait", "10s"));
        }
        return new Pair(way, relay, accept, dial, Optional.empty());
    }

    private static List<String> command(Object... arguments) {
        var all = new ArrayList<>(List.of(Posthouse.program()));
        for (Object argument : arguments) {
            all.add(argument.toString());
        }
        all.addAll(List.of("--timeout", TIMEOUT, "--json"));
        return all;
    }

    /** What --json calls the route. */
    String route() {
        return way == Way.DIRECT ? "direct" : "relayed";
    }

    /** Waits until the acceptor can be dialled, or has ended. */
    void awaitAcceptor(ChildProcess acceptor) {
        listener.ifPresent(who -> {
            String tag = Tags.of(who.key());
            Awaitility.await("the acceptor waits")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> !acceptor.isAlive()
                            || relay.events().all("wait-started").stream()
                                    .anyMatch(event ->
                                            event.get("name").getAsString().equals(tag)));
        });
    }
}
