package dev.posthouse.interop.offset;

import com.google.gson.JsonObject;
import dev.posthouse.interop.process.Programs;
import dev.posthouse.interop.process.Tags;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A relay that runs, ours or the peer's. */
final class LiveRelay implements AutoCloseable {

    private final Side side;
    private final ChildProcess process;
    private final Events events;
    private final Meeting meeting;

    private LiveRelay(Side side, ChildProcess process, Events events, Meeting meeting) {
        this.side = side;
        this.process = process;
        this.events = events;
        this.meeting = meeting;
    }

    /** @param more options of its program */
    static LiveRelay start(Side side, Path directory, String... more) throws IOException {
        return side == Side.OURS ? ours(directory, more) : peers(directory, more);
    }

    private static LiveRelay ours(Path directory, String... more) throws IOException {
        Path state = Files.createTempDirectory(directory, "state");
        var arguments = new ArrayList<>(List.of("serve", "--json", "--verbose", "--listen", "127.0.0.1:0"));
        arguments.addAll(List.of("--admin-listen", "127.0.0.1:0", "--state", state.toString()));
        arguments.addAll(List.of(more));
        ChildProcess process = ChildProcess.of(Programs.posthouse(List.of(Tags.OPTION), arguments))
                .start();
        try {
            Events events = Events.err(process);
            var address =
                    URI.create(events.await("offset-address").get("address").getAsString());
            return new LiveRelay(
                    Side.OURS,
                    process,
                    events,
                    new Meeting(address.getAuthority(), address.getPath().substring(1)));
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    private static LiveRelay peers(Path directory, String... more) throws IOException {
        var command = new ArrayList<>(List.of(Programs.offsetpeer(), "relay", "--trace", "--for", "10m"));
        command.addAll(List.of("--key", Who.in(directory).file().toString()));
        command.addAll(List.of(more));
        ChildProcess process = ChildProcess.of(command).start();
        try {
            Events events = Events.out(process);
            JsonObject listening = events.await("listening");
            return new LiveRelay(
                    Side.PEER,
                    process,
                    events,
                    new Meeting(
                            listening.get("address").getAsString(),
                            listening.get("public_key").getAsString()));
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    Meeting meeting() {
        return meeting;
    }

    Events events() {
        return events;
    }

    ChildProcess process() {
        return process;
    }

    /** Waits until somebody listens there. */
    void awaitListening(Who listener) {
        if (side == Side.OURS) {
            awaitOurs("wait-started", "acceptor", listener);
        } else {
            events.await("relay_listening", e -> e.get("from").getAsString().equals(listener.key()));
        }
    }

    /**
     * The same for one that has a process.
     *
     * @throws AssertionError with what that process said, if it does not come
     */
    void awaitListening(Who listener, ChildProcess process) {
        try {
            awaitListening(listener);
        } catch (AssertionError e) {
            throw new AssertionError("the listener said:" + process.everything(), e);
        }
    }

    /** Waits until somebody waits there for a listener. */
    void awaitConnecting(Who listener) {
        if (side == Side.OURS) {
            awaitOurs("wait-started", "dialer", listener);
        } else {
            events.await("relay_connect", e -> e.get("to").getAsString().equals(listener.key()));
        }
    }

    private void awaitOurs(String name, String role, Who listener) {
        String tag = Tags.of(listener.key());
        events.await(
                name,
                e -> e.get("role").getAsString().equals(role)
                        && e.get("name").getAsString().equals(tag));
    }

    @Override
    public void close() {
        process.close();
    }
}
