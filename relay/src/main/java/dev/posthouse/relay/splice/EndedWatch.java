package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import java.util.Optional;
import java.util.function.Consumer;

/** The watch of a stream with bytes in front, which is readable before anybody could release it. */
final class EndedWatch implements Watch {

    private EndedWatch() {}

    /** @param loop has the end told on a thread of its own */
    static Watch readable(SelectorLoop loop, ByteStream stream, Consumer<WatchEnd> onEnd) {
        var end = new WatchEnd(WatchEnd.Cause.READABLE, stream);
        loop.start(() -> onEnd.accept(end));
        return new EndedWatch();
    }

    @Override
    public Optional<ByteStream> release() {
        return Optional.empty();
    }
}
