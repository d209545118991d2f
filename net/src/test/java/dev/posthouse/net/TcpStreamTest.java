package dev.posthouse.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import jdk.net.ExtendedSocketOptions;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class TcpStreamTest {

    @Test
    void anAcceptedSocketHasItsOptions() throws IOException {
        try (TcpListener listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel dialed = SocketChannel.open(listener.address());
                TcpStream accepted = new TcpStream(listener.accept())) {
            SocketChannel channel = accepted.channel();

            assertThat(dialed.isConnected()).isTrue();
            assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
            assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
            assertOption(channel, ExtendedSocketOptions.TCP_KEEPIDLE, 15);
            assertOption(channel, ExtendedSocketOptions.TCP_KEEPINTERVAL, 15);
            assertOption(channel, ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
        }
    }

    /** Whatever is counted for a connection is given back when its descriptor is closed, and not before. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoIsToldOfTheEndIsToldOnceAndBehindIt(boolean aborted) throws IOException {
        var open = new ArrayList<Boolean>();
        try (TcpListener listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel dialed = SocketChannel.open(listener.address())) {
            SocketChannel channel = listener.accept();
            var stream = new TcpStream(channel, () -> open.add(channel.isOpen()));
            assertThat(dialed.isConnected()).isTrue();
            assertThat(open).isEmpty();
            if (aborted) {
                stream.abort();
            } else {
                stream.close();
            }
            stream.close();
            stream.abort();
        }
        assertThat(open).containsExactly(false);
    }

    @Test
    void addressesAreKnownAfterTheEnd() throws Exception {
        ByteStreamContractTest.Ends ends = TcpStreamContractTest.connectTcp();
        ends.there().close();
        ends.here().abort();

        assertThat(ends.here().remoteAddress()).isEqualTo(ends.there().localAddress());
        assertThat(ends.here().remoteAddress()).isPresent();
    }

    @Test
    void aChannelThatIsNotConnectedIsRefused() throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
            assertThatThrownBy(() -> new TcpStream(channel))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("connected");
        }
    }

    private static void assertOption(SocketChannel channel, SocketOption<Integer> option, int value)
            throws IOException {
        Assumptions.assumeThat(channel.supportedOptions()).contains(option);
        assertThat(channel.getOption(option)).isEqualTo(value);
    }
}
