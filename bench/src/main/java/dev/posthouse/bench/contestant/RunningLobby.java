package dev.posthouse.bench.contestant;

import java.io.IOException;

/**
 * A started contestant in which a peer can wait.
 *
 * @param <C> its circuits
 */
public interface RunningLobby<C extends Circuit> extends RunningRelay<C> {

    /**
     * Leaves one peer waiting. That the relay has it may not be acknowledged by the protocol.
     *
     * @param role one of the contestant's {@link Contestant#waits()}
     * @param slot as in {@link #openPair}
     */
    Held openWaiting(WaitingRole role, int slot) throws IOException;
}
