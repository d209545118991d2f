package dev.posthouse.relay.splice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpStream;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a task, a timer or a handler throws, it costs that one alone; and a loop that is lost is replaced. */
@ExtendWith(LeakCheck.class)
class SelectorLoopTest extends DataPathFixture {

    @Override
    ByteStream leg(TcpStream raw) {
        return raw;
    }

    /** One of each kind that the JDK throws where nobody expects it. */
    static Stream<Throwable> everyKind() {
        return Stream.of(
                new IllegalStateException("a test's"),
                new OutOfMemoryError("a test's"),
                new StackOverflowError("a test's"),
                new NoClassDefFoundError("a test's"),
                new AssertionError("a test's"));
    }

    private static RuntimeException thrown(Throwable kind) {
        if (kind instanceof Error error) {
            throw error;
        }
        return (RuntimeException) kind;
    }

    /** A loop of its own, on which {@code seen} is what its faults were. */
    private record Rig(SelectorLoop loop, ConcurrentLinkedQueue<Throwable> seen) implements AutoCloseable {

        static Rig start() throws IOException {
            var seen = new ConcurrentLinkedQueue<Throwable>();
            return new Rig(SelectorLoop.start("test", BUFFER, seen::add), seen);
        }

        <T> T ask(Supplier<T> question) {
            var answer = new CompletableFuture<T>();
            assertThat(loop.submit(() -> answer.complete(question.get()))).isTrue();
            return answer.orTimeout(30, TimeUnit.SECONDS).join();
        }

        @Override
        public void close() {
            loop.close();
        }
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void taskThatThrowsCostsNobodyElse(Throwable kind) throws Exception {
        try (Rig rig = Rig.start()) {
            rig.loop().submit(() -> {
                throw thrown(kind);
            });
            assertThat(rig.ask(() -> "goes on")).isEqualTo("goes on");
            assertThat(rig.seen()).containsExactly(kind);
        }
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void timerThatThrowsIsStoppedAndTheNextComesInTime(Throwable kind) throws Exception {
        try (Rig rig = Rig.start()) {
            var stopped = new CompletableFuture<@Nullable Throwable>();
            var next = new CompletableFuture<Boolean>();
            rig.ask(() -> {
                rig.loop()
                        .timers()
                        .arm(
                                timer(
                                        () -> {
                                            throw thrown(kind);
                                        },
                                        stopped),
                                rig.loop().now());
                rig.loop()
                        .timers()
                        .arm(
                                timer(() -> next.complete(true), new CompletableFuture<>()),
                                rig.loop().now() + 1);
                return true;
            });
            assertThat(stopped.orTimeout(30, TimeUnit.SECONDS).join()).isSameAs(kind);
            assertThat(next.orTimeout(30, TimeUnit.SECONDS).join()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void timerThatThrowsTwiceCostsNobodyElse(Throwable kind) throws Exception {
        try (Rig rig = Rig.start()) {
            var next = new CompletableFuture<Boolean>();
            rig.ask(() -> {
                var worst = new Timed() {
                    @Override
                    void expired(long now) {
                        throw thrown(kind);
                    }

                    @Override
                    void stop(Reason reason, @Nullable Throwable cause) {
                        throw thrown(kind);
                    }
                };
                rig.loop().timers().arm(worst, rig.loop().now());
                rig.loop()
                        .timers()
                        .arm(
                                timer(() -> next.complete(true), new CompletableFuture<>()),
                                rig.loop().now() + 1);
                return true;
            });
            assertThat(next.orTimeout(30, TimeUnit.SECONDS).join()).isTrue();
            assertThat(rig.seen()).contains(kind);
        }
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void handlerThatThrowsTwiceCostsNobodyElse(Throwable kind) throws Exception {
        Connection connection = connect();
        SocketChannel channel = ((TcpStream) connection.leg()).channel();
        channel.configureBlocking(false);
        try (Rig rig = Rig.start()) {
            var stopped = new CompletableFuture<@Nullable Throwable>();
            rig.ask(() -> {
                try {
                    return rig.loop().register(channel, SelectionKey.OP_READ, new KeyHandler() {
                        @Override
                        public void ready(SelectionKey key) {
                            key.cancel();
                            throw thrown(kind);
                        }

                        @Override
                        public void stop(Reason reason, @Nullable Throwable cause) {
                            stopped.complete(cause);
                            throw thrown(kind);
                        }
                    });
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            write(connection.peer(), text("x"));
            assertThat(stopped.orTimeout(30, TimeUnit.SECONDS).join()).isSameAs(kind);
            assertThat(rig.ask(() -> "goes on")).isEqualTo("goes on");
        } finally {
            channel.close();
        }
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void whoIsToldOfFaultsMayThrowToo(Throwable kind) throws Exception {
        SelectorLoop loop = SelectorLoop.start("test", BUFFER, fault -> {
            throw thrown(kind);
        });
        var answer = new CompletableFuture<Boolean>();
        loop.submit(() -> {
            throw thrown(kind);
        });
        loop.submit(() -> answer.complete(true));
        assertThat(answer.orTimeout(30, TimeUnit.SECONDS).join()).isTrue();
        loop.close();
    }

    /** Its circuits end, it says so, and whoever comes next is carried as if nothing had been. */
    @Test
    void loopWhoseSelectorFailsStopsEverythingThatIsItsOwn() throws Exception {
        var broken = new AtomicBoolean();
        var seen = new ConcurrentLinkedQueue<Throwable>();
        SelectorLoop.Platform platform = (selector, dispatch, nanos) -> {
            if (broken.get()) {
                throw new IOException("a test's");
            }
            selector.select(dispatch, 1);
        };
        SelectorLoop loop = SelectorLoop.start("test", platform, BUFFER, seen::add);
        loop.load().incrementAndGet();
        var end = new CompletableFuture<SpliceEnd>();
        var splice = new NioSplice(
                loop,
                (TcpStream) connect().leg(),
                null,
                (TcpStream) connect().leg(),
                null,
                Terms.UNLIMITED,
                end::complete);
        assertThat(splice.submit()).isTrue();
        var timed = new CompletableFuture<@Nullable Throwable>();
        loop.submit(() -> loop.timers()
                .arm(timer(() -> {}, timed), loop.now() + Duration.ofHours(1).toNanos()));

        broken.set(true);

        assertThat(end.orTimeout(30, TimeUnit.SECONDS).join().reason()).isEqualTo(Reason.INTERNAL);
        assertThat(timed.orTimeout(30, TimeUnit.SECONDS).join()).isNotNull();
        assertThat(seen).singleElement().isInstanceOf(IOException.class);
        assertThat(loop.isRunning()).isFalse();
        assertThat(loop.load().get()).isZero();
        assertThat(loop.submit(() -> {})).isFalse();
        loop.close();
    }

    @Test
    void dataPathTakesAnotherLoopInPlaceOfOneThatIsLost() throws Exception {
        var splicer = (Splicer) dataPath;
        List<SelectorLoop> first = splicer.loops();
        first.forEach(SelectorLoop::close); // as far as the data path can see, they are lost
        for (int i = 0; i < 10; i++) {
            Joined joined = join(Terms.UNLIMITED);
            write(joined.left(), text("ping"));
            assertThat(read(joined.right(), 4)).isEqualTo(text("ping"));
        }
        assertThat(splicer.loops()).doesNotContainAnyElementsOf(first).allMatch(SelectorLoop::isRunning);
    }

    private static Timed timer(Runnable task, CompletableFuture<@Nullable Throwable> stopped) {
        return new Timed() {
            @Override
            void expired(long now) {
                task.run();
            }

            @Override
            void stop(Reason reason, @Nullable Throwable cause) {
                stopped.complete(cause == null ? new IllegalStateException("stopped as " + reason) : cause);
            }
        };
    }
}
