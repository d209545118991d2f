package dev.posthouse.net.acknowledged;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ByteStreamContractTest;
import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.memory.Link;
import dev.posthouse.net.memory.MemoryPair;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Nested;

class AcknowledgedStreamContractTest {

    @Nested
    class OverMemory extends ByteStreamContractTest {
        @Override
        protected Ends connect() {
            return over(Link.DEFAULT, AcknowledgedSettings.DEFAULT);
        }
    }

    @Nested
    class OverMemoryThatCarriesNoHalfClose extends ByteStreamContractTest {
        @Override
        protected Ends connect() {
            return over(Link.DEFAULT.withoutHalfClose(), AcknowledgedSettings.DEFAULT);
        }
    }

    @Nested
    class WithASmallWindowAndSmallFrames extends ByteStreamContractTest {
        @Override
        protected Ends connect() {
            return over(Link.DEFAULT, new AcknowledgedSettings(1 << 20, 777, AcknowledgedSettings.DEFAULT.deadAfter()));
        }

        @Override
        protected int bulk() {
            return 2_400_000;
        }
    }

    @Nested
    class OverTcp extends ByteStreamContractTest {
        @Override
        protected Ends connect() throws Exception {
            try (TcpListener listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
                var dialed = new TcpStream(SocketChannel.open(listener.address()));
                return ends(dialed, new TcpStream(listener.accept()), AcknowledgedSettings.DEFAULT);
            }
        }
    }

    private static ByteStreamContractTest.Ends over(Link link, AcknowledgedSettings settings) {
        MemoryPair pair = MemoryPair.create(link);
        return ends(pair.left(), pair.right(), settings);
    }

    private static ByteStreamContractTest.Ends ends(ByteStream left, ByteStream right, AcknowledgedSettings settings) {
        return new ByteStreamContractTest.Ends(
                AcknowledgedStream.over(left, settings), AcknowledgedStream.over(right, settings));
    }
}
