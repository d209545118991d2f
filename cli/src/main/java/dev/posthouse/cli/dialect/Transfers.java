package dev.posthouse.cli.dialect;

import dev.posthouse.net.connection.StreamConnection;
import java.util.concurrent.Callable;

/** Has two peers connect and transfer: for {@link SchemeModule#train}. */
@FunctionalInterface
public interface Transfers {

    /**
     * Returns when both ends have taken everything and are closed.
     *
     * @param bytes from who dials to who accepts
     * @param accepting called by a thread of its own
     * @param dialing called at the same time
     * @throws Exception what either of them throws, or the transfer
     */
    void transfer(
            int bytes, Callable<? extends StreamConnection> accepting, Callable<? extends StreamConnection> dialing)
            throws Exception;
}
