package dev.posthouse.relay.circuit;

import dev.posthouse.net.ByteStream;
import dev.posthouse.relay.splice.DataPath;
import dev.posthouse.relay.splice.Splice;
import dev.posthouse.relay.splice.SpliceEnd;
import dev.posthouse.relay.splice.Terms;
import java.util.function.Consumer;

/** Puts a circuit's two sides together. */
@FunctionalInterface
public interface Joint {

    /**
     * Joins.
     *
     * @param terms what the relay's limits ask for
     * @param onEnd to be called once, after both sides are closed
     */
    Splice join(Terms terms, Consumer<SpliceEnd> onEnd);

    /** Of two streams as they are, the dialer's on the left. */
    static Joint ofBytes(DataPath dataPath, ByteStream dialer, ByteStream acceptor) {
        return (terms, onEnd) -> dataPath.join(dialer, acceptor, terms, onEnd);
    }
}
