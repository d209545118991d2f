package dev.posthouse.offset.client;

import dev.posthouse.net.NameLookup;
import dev.posthouse.net.NetworkFailure;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.Timeouts;
import java.time.Duration;

/**
 * How far one way to a relay has come: what it is called when its caller's time is up. Written by the thread on the way,
 * read by the caller's.
 */
final class Progress {

    private volatile String undone = "the relay was not reached";
    private volatile boolean atRelay;

    void resolving(String host) {
        undone = NameLookup.notResolved(host);
    }

    void dialing(String whom) {
        undone = whom + " did not answer";
    }

    /** The relay has proved who it is: from now on it is the peer that is waited for. */
    void reached() {
        atRelay = true;
    }

    /** What a caller gets whose time is up. */
    NetworkFailure explain(TimedOut failure, Duration limit) {
        return atRelay ? failure : new RelayUnreachable(undone + " within " + Timeouts.inWords(limit), failure);
    }
}
