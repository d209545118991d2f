package dev.posthouse.cli;

import dev.posthouse.net.ShownText;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.connection.Report;
import dev.posthouse.net.connection.StreamConnection;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.Map;

/**
 * What a command says on standard error, while standard output belongs to the data: lines for a person, or one JSON object
 * a line. Any thread: what stands on a terminal's current line is guarded by this.
 */
final class Talk {

    /** To the line's first column, and all behind that blank. */
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintStream err;
    private final boolean json;
    private final boolean quiet;
    private final boolean verbose;
    private final boolean traces;
    private boolean drawn;

    Talk(PrintStream err, boolean json, boolean quiet, boolean verbose) {
        this(err, json, quiet, verbose, false);
    }

    /** @param traces whether every failure is shown with where it came from */
    Talk(PrintStream err, boolean json, boolean quiet, boolean verbose, boolean traces) {
        this.err = err;
        this.json = json;
        this.quiet = quiet;
        this.verbose = verbose;
        this.traces = traces;
    }

    /** Whether a progress line would disturb nobody. */
    boolean mayDraw(Terminal terminal) {
        return terminal.err() && !json && !quiet;
    }

    void waiting(String relay) {
        say("waiting for the peer at " + relay, "event", "waiting", "relay", relay);
    }

    /** Something that the user should know and that ends nothing. */
    void notice(String sentence) {
        say("posthouse: " + sentence, "event", "notice", "message", sentence);
    }

    /** Says what is no error, which {@code --quiet} keeps from being said in either form. */
    private void say(String line, Object... event) {
        if (!quiet) {
            if (json) {
                emit(Json.object(event));
            } else {
                print(line);
            }
        }
    }

    void connected(StreamConnection connection) {
        if (quiet) {
            return;
        }
        Report report = connection.report();
        String remote = text(connection.route().remote());
        long millis = report.toConnected().toMillis();
        if (json) {
            Map<String, Object> event = Json.map(
                    "event", "connected",
                    "route", connection.route().label(),
                    "remote", remote,
                    "millis", millis,
                    "encrypted", connection.encryptedEndToEnd(),
                    "waitedMillis", report.toMeeting().toMillis(),
                    "relayRoundTripMicros", report.relayRoundTrip().toNanos() / 1_000,
                    "candidates",
                            report.ownCandidates().stream().map(Talk::text).toList(),
                    "peerCandidates",
                            report.peerCandidates().stream().map(Talk::text).toList(),
                    "attempts", report.attempts().stream().map(Talk::attempt).toList());
            report.observedAddress().ifPresent(address -> event.put("observed", text(address)));
            emit(Json.write(event));
            return;
        }
        long choosing = report.toConnected().minus(report.toMeeting()).toMillis();
        print("connected " + (connection.route().label().equals("direct") ? "directly to " : "through the relay ")
                + remote + " (" + choosing + " ms after both were there); "
                + (connection.encryptedEndToEnd() ? "encrypted end to end" : "not encrypted end to end"));
        if (verbose) {
            report.observedAddress().ifPresent(address -> print("  the relay sees us as " + text(address)));
            report.attempts()
                    .forEach(attempt -> print("  " + (attempt.inbound() ? "from " : "to ") + text(attempt.remote())
                            + ": " + attempt.outcome() + " after " + attempt.millis() + " ms"));
        }
    }

    private static Map<String, Object> attempt(Report.Attempt attempt) {
        return Json.map(
                "remote",
                text(attempt.remote()),
                "inbound",
                attempt.inbound(),
                "outcome",
                attempt.outcome(),
                "millis",
                attempt.millis());
    }

    /**
     * @param reason "completed", or the word of a failure
     * @param verified whether the peer has confirmed the ends and what it received
     */
    void closed(long sent, long received, String reason, boolean verified) {
        say(
                "closed: " + reason + ", sent " + sent + " bytes, received " + received
                        + (verified || !reason.equals("completed") ? "" : "; the peer cannot confirm it"),
                "event",
                "closed",
                "sent",
                sent,
                "received",
                received,
                "reason",
                reason,
                "verified",
                verified);
    }

    void failed(Exception failure) {
        if (json) {
            emit(Json.object(
                    "event",
                    "failed",
                    "reason",
                    Failures.label(failure),
                    "exitCode",
                    Failures.exitCode(failure),
                    "error",
                    Failures.message(failure)));
        } else {
            print("posthouse: " + Failures.message(failure));
            if (Failures.exitCode(failure) == Failures.INTERNAL || traces) {
                emit(Failures.trace(failure).stripTrailing());
            }
        }
    }

    /** Draws a line that stands until the next one, {@link #erase} or anything that is said. */
    synchronized void draw(String line) {
        err.print(CLEAR_LINE + line);
        err.flush();
        drawn = true;
    }

    /** Clears what {@link #draw} has left, if anything. */
    synchronized void erase() {
        if (drawn) {
            err.print(CLEAR_LINE);
            err.flush();
            drawn = false;
        }
    }

    /** A line for a person. What a peer or a relay has sent may stand in it. */
    private void print(String line) {
        emit(ShownText.line(line));
    }

    private synchronized void emit(String line) {
        erase();
        err.println(line);
        err.flush();
    }

    /** IP:PORT, IPv6 in brackets. */
    static String text(InetSocketAddress address) {
        return AddressPort.of(address).toString();
    }
}
