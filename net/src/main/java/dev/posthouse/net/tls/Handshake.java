package dev.posthouse.net.tls;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.NetworkFailure;
import dev.posthouse.net.ProtocolViolation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/** The handshake of either side, on the calling thread, and its failures in our terms. */
final class Handshake {

    /** Alerts that a peer sends when it does not like a certificate (RFC 8446 section 6.2), as the JDK spells them. */
    private static final List<String> CERTIFICATE_ALERTS = List.of(
            "bad_certificate",
            "unsupported_certificate",
            "certificate_revoked",
            "certificate_expired",
            "certificate_unknown",
            "unknown_ca");

    /** Which side is ours. */
    sealed interface Side {

        Side SERVER = new Server();

        /** A server. */
        record Server() implements Side {}

        /** A client, and whom it wanted to reach. */
        record Client(String host) implements Side {}
    }

    private Handshake() {}

    /** Does it; closes {@code raw} if it fails. */
    static TlsStream run(ByteStream raw, SSLEngine engine, Duration limit, Side side) throws IOException {
        Records records = new Records(engine, raw);
        boolean done = false;
        try {
            Deadline.within(raw, limit, "the TLS handshake", () -> {
                negotiate(records, side);
                return true;
            });
            done = true;
            return new TlsStream(records);
        } finally {
            if (!done) {
                raw.close();
            }
        }
    }

    private static void negotiate(Records records, Side side) throws IOException {
        try {
            records.engine().beginHandshake();
            exchange(records, side);
        } catch (SSLException e) {
            try {
                records.flush(); // the alert, which tells the peer why
            } catch (IOException alertNotSent) {
                e.addSuppressed(alertNotSent);
            }
            throw explain(e, side);
        }
    }

    private static void exchange(Records records, Side side) throws IOException {
        SSLEngine engine = records.engine();
        boolean answered = false;
        // nothing but handshake messages is unwrapped here, and these leave no plain bytes behind
        ByteBuffer nothing = ByteBuffer.allocate(0);
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NOT_HANDSHAKING, FINISHED -> {
                    if (engine.isInboundDone() || engine.isOutboundDone()) {
                        throw new SSLException("the peer ended the handshake");
                    }
                    return;
                }
                case NEED_TASK -> records.runTasks();
                case NEED_WRAP -> {
                    records.flush();
                    if (engine.isOutboundDone()) {
                        throw new SSLException("the peer ended the handshake");
                    }
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    SSLEngineResult result = records.unwrap(nothing);
                    if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW && !records.fill()) {
                        throw new SSLException("the peer closed the connection in the middle of the handshake");
                    }
                    if (!answered && side instanceof Side.Client client && !records.beginsAsTls()) {
                        throw new ProtocolViolation(client.host() + TlsClient.NO_TLS);
                    }
                    answered = true;
                }
            }
        }
    }

    private static NetworkFailure explain(SSLException error, Side side) {
        String message = String.valueOf(error.getMessage());
        Optional<String> certificate = certificateProblem(error);
        return switch (side) {
            case Side.Client client
            when certificate.isPresent() ->
                new AuthenticationFailed(
                        "the certificate of " + client.host() + " is not accepted: " + certificate.get()
                                + ". If the server is the right one, trust the authority of its certificate, from a PEM"
                                + " file (--cacert FILE on the command line), and use the name that the certificate is for",
                        error);
            case Side.Server server
            when CERTIFICATE_ALERTS.stream().anyMatch(message::contains) ->
                new AuthenticationFailed(
                        "the client did not accept the server's certificate: " + message
                                + ". Its authority must be one that the client trusts, and the chain must be complete",
                        error);
            case Side.Client client ->
                new ProtocolViolation("no TLS connection with " + client.host() + ": " + message, error);
            case Side.Server server -> new ProtocolViolation("no TLS connection with the client: " + message, error);
        };
    }

    private static Optional<String> certificateProblem(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return Optional.of(String.valueOf(cause.getMessage()));
            }
        }
        return Optional.empty();
    }
}
