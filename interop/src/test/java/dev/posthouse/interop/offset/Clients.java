package dev.posthouse.interop.offset;

import dev.posthouse.interop.process.Programs;
import dev.posthouse.testkit.ChildProcess;
import java.util.ArrayList;
import java.util.List;

/** Starts clients of a relay. */
final class Clients {

    private Clients() {}

    /**
     * The peer's.
     *
     * @param command listen, accept, connect, raw
     * @param more its options
     */
    static ChildProcess.Builder peer(String command, Meeting relay, Who me, String... more) {
        var all = new ArrayList<>(List.of(Programs.offsetpeer(), command, "--for", "5m"));
        all.addAll(List.of("--relay", relay.at(), "--relay-key", relay.key()));
        all.addAll(List.of("--key", me.file().toString()));
        all.addAll(List.of(more));
        return ChildProcess.of(all);
    }

    /** One leg of the peer's. */
    static ChildProcess.Builder raw(String role, Meeting relay, Who me, String... more) {
        var all = new ArrayList<>(List.of("--role", role));
        all.addAll(List.of(more));
        return peer("raw", relay, me, all.toArray(String[]::new));
    }

    /** Our {@code accept}. */
    static ChildProcess.Builder accept(Meeting relay, Who me, String... more) {
        return ours("accept", relay.address(), me, more);
    }

    /** Our {@code dial}. */
    static ChildProcess.Builder dial(Meeting relay, Who me, Who to, String... more) {
        return ours("dial", relay.address() + "/" + to.key(), me, more);
    }

    private static ChildProcess.Builder ours(String word, String address, Who me, String... more) {
        var all = new ArrayList<>(List.of(word, address, "--identity", me.file().toString(), "--json"));
        all.addAll(List.of(more));
        return ChildProcess.of(Programs.posthouse(List.of(), all));
    }
}
