package dev.posthouse.cli;

import dev.posthouse.cli.arguments.UnwrittenFile;
import dev.posthouse.cli.streams.StandardStreamFailure;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.Refused;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.ShownText;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.address.ShownAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine.ParameterException;

/** What a failure is called, and what the program exits with. */
final class Failures {

    static final int OK = 0;
    static final int INTERNAL = 1;
    static final int USAGE = 2;
    static final int RELAY_UNREACHABLE = 10;
    static final int NO_PEER = 11;
    static final int AUTHENTICATION = 12;
    static final int REFUSED = 13;
    static final int LOST = 14;
    static final int PROTOCOL = 15;

    /** Input or output of this process failed: a disk that is full, a descriptor that is closed, a file that cannot be written. */
    static final int LOCAL = 16;

    private Failures() {}

    /** The exit code of a failure. */
    static int exitCode(Throwable failure) {
        return switch (failure) {
            case RelayUnreachable e -> RELAY_UNREACHABLE;
            case PeerUnreachable e -> NO_PEER;
            case TimedOut e -> NO_PEER;
            case AuthenticationFailed e -> AUTHENTICATION;
            case Refused e -> REFUSED;
            case LimitExceeded e -> REFUSED;
            case ProtocolViolation e -> PROTOCOL;
            case StandardStreamFailure e -> LOCAL;
            case LocalFailure e -> LOCAL;
            case UnwrittenFile e -> LOCAL;
            case IOException e -> LOST;
            case IllegalArgumentException e -> USAGE;
            case ParameterException e -> USAGE;
            default -> INTERNAL;
        };
    }

    /** The word for it in JSON: that of the relay's reasons where there is one. */
    static String label(Throwable failure) {
        return switch (exitCode(failure)) {
            case RELAY_UNREACHABLE -> "unreachable";
            case NO_PEER -> "no-peer";
            case AUTHENTICATION -> "unauthorized";
            case REFUSED -> failure instanceof LimitExceeded ? "limit-total" : "rejected";
            case LOST -> failure instanceof ConnectionLost lost ? lost.how().label() : "peer-reset";
            case PROTOCOL -> "protocol-error";
            case LOCAL -> failure instanceof LocalFailure local ? local.label() : "local-failure";
            case USAGE -> "usage";
            default -> "internal";
        };
    }

    /** Prints a failure: one line, and the trace only where the fault is ours. */
    static int report(Exception failure, PrintWriter err) {
        int code = exitCode(failure);
        err.println("posthouse: " + ShownText.line(message(failure)));
        if (code == INTERNAL) {
            err.print(trace(failure));
        }
        err.flush();
        return code;
    }

    /** What may be shown of it: an address in it may have a password. */
    static String message(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : ShownAddress.in(message);
    }

    /** Where it came from, with all of its causes, on lines of their own; of addresses in it what may be shown. */
    static String trace(Throwable failure) {
        var trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        return ShownText.lines(ShownAddress.in(trace.toString()));
    }
}
