package dev.posthouse.relay.meet;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.MessageStream;
import dev.posthouse.relay.splice.DataPath;
import dev.posthouse.relay.splice.Splice;
import dev.posthouse.relay.splice.SpliceEnd;
import dev.posthouse.relay.splice.Terms;
import dev.posthouse.relay.splice.Watch;
import dev.posthouse.relay.splice.WatchEnd;
import java.time.Duration;
import java.util.function.Consumer;

/** The data path of a test that has none: nothing of it may be called, but for what a subclass has. */
public class NoDataPath implements DataPath {

    @Override
    public Watch watch(ByteStream stream, Duration limit, Consumer<WatchEnd> onEnd) {
        throw new AssertionError("there is no data path");
    }

    @Override
    public Splice join(ByteStream left, ByteStream right, Terms terms, Consumer<SpliceEnd> onEnd) {
        throw new AssertionError("there is no data path");
    }

    @Override
    public Splice join(MessageStream left, MessageStream right, Terms terms, Consumer<SpliceEnd> onEnd) {
        throw new AssertionError("there is no data path");
    }

    @Override
    public void close() {}
}
