package dev.posthouse.interop.transfers;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.interop.process.Programs;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One end of a transfer over rdv through the relay: a command line, ours or the original's, and what a person has it do.
 *
 * <p>The original's ends everything when its input ends. So where it receives, its input is held open until it has
 * everything, as its users do.
 */
final class End implements AutoCloseable {

    /** Whose. */
    enum Kind {
        OURS,
        STOCK
    }

    /**
     * What it does.
     *
     * @param sends what it sends, if anything
     * @param expects what it is sent, if anything
     * @param answers whether it sends only after it has what it expects: a filter stands around it
     */
    record Work(Optional<Payload> sends, Optional<Payload> expects, boolean answers) {

        static Work send(Payload payload) {
            return new Work(Optional.of(payload), Optional.empty(), false);
        }

        static Work receive(Payload payload) {
            return new Work(Optional.empty(), Optional.of(payload), false);
        }

        static Work both(Payload sends, Payload expects) {
            return new Work(Optional.of(sends), Optional.of(expects), false);
        }

        static Work answer(Payload question, Payload answer) {
            return new Work(Optional.of(answer), Optional.of(question), true);
        }
    }

    /** What stands around one of ours that answers: it sees the end of the question. */
    private static final String FILTER = """
            mkfifo "$DIR/back"
            "$@" <"$DIR/back" | { cat >"$RECEIVED"; cat "$ANSWER"; } >"$DIR/back"
            exit "${PIPESTATUS[0]}\"""";

    /** The same where the question has no end, only a length: the original cannot tell it. */
    private static final String COUNTING_FILTER = """
            mkfifo "$DIR/back"
            "$@" <"$DIR/back" | { head -c "$COUNT" >"$RECEIVED"; cat "$ANSWER"; exec >&-; cat >>"$RECEIVED"; } >"$DIR/back"
            exit "${PIPESTATUS[0]}\"""";

    private static final Duration MOMENT = Duration.ofSeconds(5);

    private final Kind kind;
    private final Work work;
    private final Path received;
    private final ChildProcess process;

    private End(Kind kind, Work work, Path received, ChildProcess process) {
        this.kind = kind;
        this.work = work;
        this.received = received;
        this.process = process;
    }

    /**
     * Starts it.
     *
     * @param word dial or accept
     * @param payloads where the files of {@link Payload#file} are
     * @param peer whose the other one is
     * @param directory of its own
     */
    static End start(
            Kind kind, String word, Place place, String token, Work work, Kind peer, Path payloads, Path directory)
            throws IOException {
        Path received = directory.resolve("received");
        List<String> command = new ArrayList<>();
        if (kind == Kind.OURS) {
            command.addAll(
                    Posthouse.command(word, place.url(), token, "--space", "none", "--timeout", "20s", "--json"));
            if (place.url().startsWith("https")) {
                command.addAll(List.of("--cacert", place.authority().toString()));
            }
        } else {
            command.addAll(List.of(Programs.rdv(), "-s", "none", word, place.url(), token));
        }
        ChildProcess.Builder builder;
        if (work.answers()) {
            boolean sees = kind == Kind.OURS && peer == Kind.OURS;
            builder = ChildProcess.of(Posthouse.shell(sees ? FILTER : COUNTING_FILTER, command))
                    .environment("DIR", directory.toString())
                    .environment("RECEIVED", received.toString())
                    .environment(
                            "ANSWER", work.sends().orElseThrow().file(payloads).toString())
                    .environment(
                            "COUNT", Long.toString(work.expects().orElseThrow().length()));
        } else {
            builder = ChildProcess.of(command).output(received);
            if (kind == Kind.STOCK && work.expects().isPresent()) {
                builder.inputOpen();
            } else if (work.sends().isPresent()) {
                builder.input(work.sends().get().file(payloads));
            }
        }
        // The original has no option for whom to trust, but Go's libraries have a variable.
        ChildProcess process = builder.environment(
                        "SSL_CERT_FILE", place.authority().toString())
                .start();
        End end = new End(kind, work, received, process);
        if (kind == Kind.STOCK && work.expects().isPresent() && work.sends().isPresent() && !work.answers()) {
            byte[] all = work.sends().get().bytes();
            Thread.ofVirtual().start(() -> end.write(all));
        }
        return end;
    }

    /**
     * Where they meet.
     *
     * @param authority whose certificates are good there
     */
    record Place(String url, Path authority) {}

    private void write(byte[] all) {
        try {
            process.input().write(all);
            process.input().flush();
        } catch (IOException e) {
            // It has ended: its run says how.
        }
    }

    Kind kind() {
        return kind;
    }

    ChildProcess process() {
        return process;
    }

    /** Whether it was sent as much as it expects. */
    boolean hasEnough() {
        return work.expects().isEmpty()
                || Received.size(received) >= work.expects().get().length();
    }

    /** Whether what it was sent is what it expects. */
    boolean isWhole() throws IOException {
        return work.expects().isEmpty()
                || Received.isWhole(received, work.expects().get());
    }

    /** Whether it is sent anything at all. */
    boolean receives() {
        return work.expects().isPresent();
    }

    /** Whether nothing at all has arrived. */
    boolean hasNothing() {
        return Received.size(received) == 0;
    }

    /** Whether it sends only after it has what it expects. */
    boolean answers() {
        return work.answers();
    }

    /** Ends the original's input, so that it ends. */
    void releaseInput() throws IOException {
        process.input().close();
    }

    /** Waits until the original, whose input is released, has ended; ends it otherwise: it is not what is tested. */
    void awaitStockExit() {
        try {
            process.awaitExit(MOMENT);
        } catch (AssertionError e) {
            process.close();
        }
    }

    /** What it got, said and ended with. */
    String everything() {
        return "\n--- has received " + Received.size(received) + " bytes of "
                + work.expects().map(Payload::length).orElse(0L) + process.everything();
    }

    @Override
    public void close() {
        process.close();
    }
}
