package dev.posthouse.bench.contestant;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** A started contestant in which a peer can wait for its partner. */
public interface RunningLobby extends RunningRelay {

    /**
     * Leaves one peer waiting. That the relay has it is not acknowledged by the protocol.
     *
     * @return its connection, blocking, on which nothing comes while it waits
     */
    SocketChannel openWaiting() throws IOException;
}
