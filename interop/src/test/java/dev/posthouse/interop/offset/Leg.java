package dev.posthouse.interop.offset;

import com.google.gson.JsonObject;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Predicate;

/**
 * A single leg of the peer's: what it sends is said line by line, and what it gets is an event.
 *
 * @param process its program
 */
record Leg(ChildProcess process) implements AutoCloseable {

    private static Leg start(String role, Meeting relay, Who me, String... more) throws IOException {
        return new Leg(Clients.raw(role, relay, me, more).inputOpen().start());
    }

    /** Keeps a listen channel. */
    static Leg listen(Meeting relay, Who me, String... more) throws IOException {
        return start("listen", relay, me, more);
    }

    /** Keeps a connect channel. */
    static Leg connect(Meeting relay, Who me, Who to, String... more) throws IOException {
        return start("connect", relay, me, with(to, more));
    }

    /** Keeps an accept channel. */
    static Leg accept(Meeting relay, Who me, Who from, String... more) throws IOException {
        return start("accept", relay, me, with(from, more));
    }

    private static String[] with(Who peer, String... more) {
        String[] all = new String[more.length + 3];
        all[0] = "--peer";
        all[1] = peer.key();
        all[2] = "--lines";
        System.arraycopy(more, 0, all, 3, more.length);
        return all;
    }

    Events events() {
        return Events.out(process);
    }

    /** Sends a message. */
    void say(String text) throws IOException {
        process.input().write((text + "\n").getBytes(StandardCharsets.UTF_8));
        process.input().flush();
    }

    /** Waits for a message. */
    void hears(String text) {
        String hex = HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
        events().await("message", e -> e.get("hex").getAsString().equals(hex));
    }

    /** Waits until the relay tells this listen channel of its {@code n}th caller. */
    void isCalled(int n) {
        events().await("message", e -> events().all("message").size() >= n);
    }

    /** Waits until the relay ends it. */
    JsonObject ends() {
        return events().await("ended");
    }

    JsonObject ends(Predicate<JsonObject> how, Duration patience) {
        return events().await("ended", how, patience);
    }

    /** Whether the relay has ended it already. */
    boolean hasEnded() {
        return !events().all("ended").isEmpty();
    }

    /** Ends it from here, in order. */
    void end() throws IOException {
        process.input().close();
    }

    @Override
    public void close() {
        process.close();
    }
}
