package dev.posthouse.net;

import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import jdk.net.ExtendedSocketOptions;

/**
 * How soon TCP's own probes find out that a silent peer is gone: the values that peers written in Go use by default, so
 * that both ends of a connection give up at about the same time. The system's own first probe would come after two hours.
 */
final class KeepAlive {

    /** Silence before the first probe. NATs drop silent connections after minutes: the probe also keeps the mapping. */
    static final int IDLE_SECONDS = 15;

    /** Between two probes. */
    static final int INTERVAL_SECONDS = 15;

    /** Unanswered probes after which the connection is dead: 15 s + 9 × 15 s, two and a half minutes. */
    static final int PROBES = 9;

    /** Linux hands these from the listening socket to those it accepts; elsewhere that is not promised. */
    private static final boolean INHERITED = System.getProperty("os.name", "").equals("Linux");

    private KeepAlive() {}

    /** Sets the times on a socket, as far as the system knows them; whether probes are sent is another option. */
    static void setTimes(NetworkChannel channel) throws IOException {
        set(channel, ExtendedSocketOptions.TCP_KEEPIDLE, IDLE_SECONDS);
        set(channel, ExtendedSocketOptions.TCP_KEEPINTERVAL, INTERVAL_SECONDS);
        set(channel, ExtendedSocketOptions.TCP_KEEPCOUNT, PROBES);
    }

    /** Whether a socket accepted from {@code listener} has its times already, which spares three calls for each. */
    static boolean isInherited(NetworkChannel listener) {
        return INHERITED && listener.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE);
    }

    private static void set(NetworkChannel channel, SocketOption<Integer> option, int value) throws IOException {
        if (channel.supportedOptions().contains(option)) {
            channel.setOption(option, value);
        }
    }
}
