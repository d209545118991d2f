package dev.posthouse.net;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import jdk.net.ExtendedSocketOptions;

/**
 * How soon TCP's own probes find out that a silent peer is gone: within a minute, the time in which every layer here notices
 * it. The system's own first probe would come after two hours. {@link TcpStream} sets them on every socket, whichever way it
 * came to be, since what a socket inherits from its listener, or from the one that dialled it, is easily forgotten.
 */
final class KeepAlive {

    /** Silence before the first probe. NATs drop silent connections after minutes: the probe also keeps the mapping. */
    static final int IDLE_SECONDS = 15;

    /** Between two probes. */
    static final int INTERVAL_SECONDS = 15;

    /** Unanswered probes after which the connection is dead: 15 s + 3 × 15 s, a minute. */
    static final int PROBES = 3;

    private KeepAlive() {}

    /**
     * Has probes sent, at these times as far as the system knows them.
     *
     * @throws IOException if the socket is closed, or the peer has reset it already and this system refuses options then
     */
    static void start(NetworkChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        set(channel, ExtendedSocketOptions.TCP_KEEPIDLE, IDLE_SECONDS);
        set(channel, ExtendedSocketOptions.TCP_KEEPINTERVAL, INTERVAL_SECONDS);
        set(channel, ExtendedSocketOptions.TCP_KEEPCOUNT, PROBES);
    }

    private static void set(NetworkChannel channel, SocketOption<Integer> option, int value) throws IOException {
        if (channel.supportedOptions().contains(option)) {
            channel.setOption(option, value);
        }
    }
}
