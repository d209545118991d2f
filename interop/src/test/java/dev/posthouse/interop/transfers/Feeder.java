package dev.posthouse.interop.transfers;

import dev.posthouse.testkit.ByteOracle;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * Feeds a sender without end, some bytes ahead of what the receiver has written: so a transfer is in its middle for as
 * long as a test wants it to be. A virtual thread, until it is told how much is enough or the sender takes no more.
 */
final class Feeder {

    private static final int BLOCK = 16 * 1_024;
    private static final long LOOK_NANOS = 1_000_000;

    private final OutputStream into;
    private final ByteOracle oracle;
    private final Path received;
    private final long ahead;
    private volatile long fed;
    private volatile long enough = Long.MAX_VALUE;

    private Feeder(OutputStream into, ByteOracle oracle, Path received, long ahead) {
        this.into = into;
        this.oracle = oracle;
        this.received = received;
        this.ahead = ahead;
    }

    /**
     * Starts to feed.
     *
     * @param ahead how many bytes may be on their way
     */
    static Feeder start(ChildProcess sender, ByteOracle oracle, Path received, long ahead) {
        var feeder = new Feeder(sender.input(), oracle, received, ahead);
        Thread.ofVirtual().name("feeder").start(feeder::feed);
        return feeder;
    }

    private void feed() {
        long count = 0;
        try {
            while (count < enough) {
                if (count - Received.size(received) < ahead) {
                    into.write(oracle.bytes(count, BLOCK));
                    into.flush();
                    count += BLOCK;
                    fed = count;
                } else {
                    LockSupport.parkNanos(LOOK_NANOS);
                }
            }
            into.close();
        } catch (IOException e) {
            // The sender takes no more: it has ended, and how is what the test asks.
        }
    }

    /** Feeds some more and ends the input; by then {@link #fed} is what the receiver must have. */
    void finish(long more) {
        enough = fed + more;
    }

    /** Ends the input at the next look. */
    void stop() {
        enough = 0;
    }

    long fed() {
        return fed;
    }
}
