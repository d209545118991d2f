package dev.posthouse.net.punch;

import dev.posthouse.net.address.AddressSpaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What the tests of this package need of the loopback interface. */
final class Loopback {

    static final InetAddress V4 = InetAddress.ofLiteral("127.0.0.1");
    static final InetAddress V6 = InetAddress.ofLiteral("::1");

    /** As after a relay round trip of nothing. */
    static final Pacing PACING = Pacing.from(Duration.ZERO);

    /** Longer than anything here takes. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The pauses of a test's redials are the same in each run. */
    private static final long SEED = 42;

    private Loopback() {}

    static PunchSocket socket() throws IOException {
        return socket(CandidatePolicy.of(AddressSpaces.ALL));
    }

    static PunchSocket socket(CandidatePolicy policy) throws IOException {
        return PunchSocket.open(new PunchSocket.Options(policy, 0, new SplittableRandom(SEED)));
    }

    static InetSocketAddress at(InetAddress host, int port) {
        return new InetSocketAddress(host, port);
    }

    static ServerSocketChannel listener(InetAddress host) throws IOException {
        return ServerSocketChannel.open().bind(at(host, 0));
    }

    static InetSocketAddress address(ServerSocketChannel listener) throws IOException {
        return (InetSocketAddress) listener.getLocalAddress();
    }

    /** An address where nothing listens. */
    static InetSocketAddress refusing(InetAddress host) throws IOException {
        try (ServerSocketChannel listener = listener(host)) {
            return address(listener);
        }
    }

    /** A listener whose queue is full, so that the system drops further SYNs. */
    record Silent(ServerSocketChannel listener, List<SocketChannel> fillers) implements AutoCloseable {

        static Silent open(InetAddress host) throws IOException {
            ServerSocketChannel listener = ServerSocketChannel.open().bind(at(host, 0), 1);
            List<SocketChannel> fillers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                SocketChannel filler = SocketChannel.open();
                filler.configureBlocking(false);
                filler.connect(listener.getLocalAddress());
                fillers.add(filler);
            }
            return new Silent(listener, fillers);
        }

        InetSocketAddress address() throws IOException {
            return Loopback.address(listener);
        }

        @Override
        public void close() throws IOException {
            for (SocketChannel filler : fillers) {
                filler.close();
            }
            listener.close();
        }
    }
}
