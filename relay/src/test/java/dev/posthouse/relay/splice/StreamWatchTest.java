package dev.posthouse.relay.splice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StreamWatchTest extends WatchContract {

    @Override
    ByteStream leg(TcpStream raw) {
        return new Delegating(raw);
    }

    /** Has no memory for a thread, a number of times. */
    private static final class Scarce implements SelectorLoop.Platform {
        private final AtomicInteger failures = new AtomicInteger(3);

        @Override
        public void select(Selector selector, Consumer<SelectionKey> dispatch, long nanos) throws IOException {
            selector.select(dispatch, 1);
        }

        @Override
        public void start(Runnable task) {
            if (failures.getAndDecrement() > 0) {
                throw new OutOfMemoryError("no memory for a thread");
            }
            Thread.startVirtualThread(task);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEndForWhichThereIsNoThreadIsToldWhenThereIsOne(WatchEnd.Cause cause) throws Exception {
        SelectorLoop loop = SelectorLoop.start("scarce", new Scarce(), 1_024, fault -> {});
        try {
            Connection connection = connect();
            var end = new CompletableFuture<WatchEnd>();
            var watch = new StreamWatch(loop, PendingRead.start(connection.leg()), end::complete, over -> {});
            watch.start(cause == WatchEnd.Cause.TIMED_OUT ? 1_000_000 : 0);
            switch (cause) {
                case READABLE -> write(connection.peer(), text("hello"));
                case TIMED_OUT -> {
                    // by itself
                }
                case SHUTDOWN -> watch.stop(Reason.SHUTDOWN, null);
            }

            assertThat(end.orTimeout(30, TimeUnit.SECONDS).join().cause()).isEqualTo(cause);
        } finally {
            loop.close();
        }
    }

    @Test
    void bytesThatWereThereBeforeAreToldThoughThereIsNoThread() throws Exception {
        SelectorLoop loop = SelectorLoop.start("scarce", new Scarce(), 1_024, fault -> {});
        try {
            var end = new CompletableFuture<WatchEnd>();
            EndedWatch.readable(loop, connect().leg(), end::complete);

            assertThat(end.orTimeout(30, TimeUnit.SECONDS).join().cause()).isEqualTo(WatchEnd.Cause.READABLE);
        } finally {
            loop.close();
        }
    }
}
