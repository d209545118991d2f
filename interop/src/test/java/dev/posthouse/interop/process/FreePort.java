package dev.posthouse.interop.process;

import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.awaitility.Awaitility;

/**
 * Ports for programs that cannot be told to take a free one and say which. Between our finding it and their taking it
 * somebody else may; the caller then gets another.
 */
public final class FreePort {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private static final int TRIES = 5;

    /** How long a program may take until it listens. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private FreePort() {}

    /** Starts a program that is to listen on a port of 127.0.0.1. */
    @FunctionalInterface
    public interface Starting {
        ChildProcess start(int port) throws IOException;
    }

    /** A program and where it listens. */
    public record Listening(ChildProcess process, InetSocketAddress address) {}

    /**
     * Starts a program on a free port and waits until it listens.
     *
     * @throws AssertionError if it ends again and again, with what it said
     */
    public static Listening start(Starting starting) throws IOException {
        String said = "";
        for (int i = 0; i < TRIES; i++) {
            var address = new InetSocketAddress(LOOPBACK, find());
            ChildProcess process = starting.start(address.getPort());
            Awaitility.await("listening")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> !process.isAlive() || listens(address));
            if (process.isAlive()) {
                return new Listening(process, address);
            }
            process.awaitExit();
            said = process.everything();
            process.close();
        }
        throw new AssertionError("it does not listen" + said);
    }

    private static int find() throws IOException {
        try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }

    private static boolean listens(InetSocketAddress address) {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
