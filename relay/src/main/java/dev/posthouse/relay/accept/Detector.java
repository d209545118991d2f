package dev.posthouse.relay.accept;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Tells a dialect's connections from others by their first bytes. Which first bytes belong to whom stands as a table in
 * docs/architecture.md.
 */
public interface Detector {

    /**
     * Looks at a connection's first bytes. The answer depends on them alone.
     *
     * @param first what came so far, at least one byte, at most {@link Detection#BOUND}; a view of its own, which may be moved but not
     *     kept. Who still needs more when the bound is reached, or when nothing more comes, counts as a no
     */
    Claim claim(ByteBuffer first);

    /**
     * First bytes of its own, one for each form that they can have: each long enough for a yes. What another detector claims by as
     * many bytes is a mistake that shows at the start.
     */
    List<byte[]> samples();
}
