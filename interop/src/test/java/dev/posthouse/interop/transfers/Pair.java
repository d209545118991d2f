package dev.posthouse.interop.transfers;

import dev.posthouse.interop.offset.Who;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * The commands of two of our command lines that are to meet at a relay of ours.
 *
 * @param before tags of names whose peers had waited at the relay before; looked at where the dialer is refused until the
 *     accepter is there
 */
record Pair(Way way, Posthouse.Serving relay, List<String> accept, List<String> dial, Set<String> before) {

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
            Who accepter = Who.in(directory);
            Who dialer = Who.in(directory);
            String address = relay.offsetAddress();
            return new Pair(
                    way,
                    relay,
                    command("accept", address, "--identity", accepter.file(), "--allow", dialer.key()),
                    command("dial", address + "/" + accepter.key(), "--identity", dialer.file()),
                    tags(relay));
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
        return new Pair(way, relay, accept, dial, Set.of());
    }

    private static Set<String> tags(Posthouse.Serving relay) {
        return relay.events().all("wait-started").stream()
                .map(event -> event.get("name").getAsString())
                .collect(Collectors.toSet());
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

    /** Waits until the accepter can be dialled, or has ended. */
    void awaitAccepter(ChildProcess accepter) {
        if (way == Way.OFFSET) {
            // A name's tag is keyed with a secret of the relay's process: it is one that was not there before.
            Awaitility.await("the accepter waits")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> !accepter.isAlive() || !before.containsAll(tags(relay)));
        }
    }
}
