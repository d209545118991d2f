package dev.posthouse.interop.rdv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** A server under test, ours or the original, and what it says of each pair. */
sealed interface LiveServer extends AutoCloseable permits OurServer, OriginalServer {

    /** Whose. */
    enum Kind {
        OURS,
        ORIGINAL;

        LiveServer start(Settings settings) throws IOException {
            return switch (this) {
                case OURS -> OurServer.start(settings);
                case ORIGINAL -> OriginalServer.start(settings);
            };
        }

        /** At the root, in the clear, on 127.0.0.1. */
        LiveServer start() throws IOException {
            return start(Settings.PLAIN);
        }
    }

    /**
     * How to start one.
     *
     * @param host where to listen
     * @param path the prefix under which it is mounted; empty for the root
     * @param tls the certificate, for https
     * @param lobby how long a client may wait
     * @param idle how long a circuit may move nothing; zero for no limit
     * @param forwarded whether observed addresses come from X-Forwarded headers
     */
    record Settings(
            String host,
            String path,
            Optional<TestCertificates.Issued> tls,
            Duration lobby,
            Duration idle,
            boolean forwarded) {

        static final Settings PLAIN =
                new Settings("127.0.0.1", "", Optional.empty(), Duration.ofSeconds(60), Duration.ZERO, false);

        Settings host(String value) {
            return new Settings(value, path, tls, lobby, idle, forwarded);
        }

        Settings path(String value) {
            return new Settings(host, value, tls, lobby, idle, forwarded);
        }

        Settings tls(TestCertificates.Issued value) {
            return new Settings(host, path, Optional.of(value), lobby, idle, forwarded);
        }

        Settings lobby(Duration value) {
            return new Settings(host, path, tls, value, idle, forwarded);
        }

        Settings idle(Duration value) {
            return new Settings(host, path, tls, lobby, value, forwarded);
        }

        Settings behindHttpProxy() {
            return new Settings(host, path, tls, lobby, idle, true);
        }

        /** The URL for clients of a server that listens there. */
        URI uri(InetSocketAddress address) {
            return URI.create((tls.isPresent() ? "https://" : "http://") + host + ":" + address.getPort() + path);
        }
    }

    /**
     * What became of a pair.
     *
     * @param way the route that the dialer told the server of
     * @param direct the acceptor's address that came with OTHER
     */
    record Choice(Way way, Optional<String> direct) {}

    /**
     * What a circuit carried.
     *
     * @param dialerBytes from the dialer
     * @param acceptorBytes from the acceptor
     * @param inOrder whether it came to its end by itself
     */
    record Carried(long dialerBytes, long acceptorBytes, boolean inOrder) {

        /** More than the acknowledged stream adds to a transfer of this size. */
        private static long room(long bytes) {
            return 2_000 + bytes / 1_000;
        }

        /**
         * Asserts how many bytes that were.
         *
         * @param acknowledged whether they were framed as the acknowledged stream: then a few more
         */
        void assertOf(long fromDialer, long fromAcceptor, boolean acknowledged) {
            assertThat(dialerBytes).isBetween(fromDialer, fromDialer + (acknowledged ? room(fromDialer) : 0));
            assertThat(acceptorBytes).isBetween(fromAcceptor, fromAcceptor + (acknowledged ? room(fromAcceptor) : 0));
        }
    }

    InetSocketAddress address();

    /** What clients are given. */
    URI uri();

    /** Waits until somebody waits under this token. */
    void awaitWaiting(String token);

    /** Waits until the pair has chosen. */
    Choice choice(String token);

    /** Waits until the pair's circuit has ended. */
    Carried carried(String token);

    /** Ends it in order: who waits is told. Returns once it has begun. */
    void shutDown();

    /** @throws AssertionError if something went wrong inside that no test asked for */
    @Override
    void close();
}
