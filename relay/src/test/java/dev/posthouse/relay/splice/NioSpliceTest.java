package dev.posthouse.relay.splice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.net.budget.MemoryBudget;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NioSpliceTest extends SpliceContract {

    private final List<SelectorLoop> loops = new ArrayList<>();

    @Override
    ByteStream leg(TcpStream raw) {
        return raw;
    }

    @AfterEach
    void closeLoops() {
        loops.forEach(SelectorLoop::close);
    }

    @Test
    void twoSocketsGoToALoop() {
        assertThat(join(Terms.UNLIMITED).splice()).isInstanceOf(NioSplice.class);
    }

    @Test
    void socketsWithBytesReadAheadGoToALoopToo() {
        Connection left = connect();
        ByteStream pushed = PushbackStream.of(left.leg(), ByteBuffer.wrap(text("front")));

        Joined pair = join(new Connection(left.peer(), pushed), connect(), Terms.UNLIMITED);

        assertThat(pair.splice()).isInstanceOf(NioSplice.class);
    }

    @Test
    void aBufferIsHeldOnlyWhileAReaderIsSlow() throws Exception {
        SelectorLoop loop = loop();
        Connection left = connect();
        Connection right = connect();
        byte[] bytes = new byte[32 * 1024 * 1024];
        var splice = new NioSplice(
                loop, (TcpStream) left.leg(), null, (TcpStream) right.leg(), null, Terms.UNLIMITED, end -> {});
        splice.submit();
        assertThat(kept(loop)).isZero();

        Future<?> sending = tasks.submit(() -> left.peer().write(ByteBuffer.wrap(bytes)));
        await("a buffer to be held").until(() -> kept(loop), kept -> kept == 1);
        assertThat(read(right.peer(), bytes.length)).isEqualTo(bytes);

        sending.get();
        await("the buffer to come back").until(() -> kept(loop), kept -> kept == 0);
    }

    @Test
    void aBufferThatWaitsComesBackWhenItsPairIsEnded() throws Exception {
        SelectorLoop loop = loop();
        Connection left = connect();
        Connection right = connect();
        var ended = new CompletableFuture<SpliceEnd>();
        var splice = new NioSplice(
                loop, (TcpStream) left.leg(), null, (TcpStream) right.leg(), null, Terms.UNLIMITED, ended::complete);
        splice.submit();
        Future<?> sending = tasks.submit(() -> left.peer().write(ByteBuffer.allocate(32 * 1024 * 1024)));
        await("a buffer to be held").until(() -> kept(loop), kept -> kept == 1);

        splice.end(Reason.LIMIT_TOTAL);

        assertThat(ended.join().leftToRight()).isLessThan(splice.leftToRight());
        assertThat(kept(loop)).isZero();
        assertThat(loop.load().get()).isZero();
        assertThat(sending).failsWithin(Duration.ofSeconds(10));
    }

    /** The cancelled key of a watch makes the loop look at the selector in the middle of registering: nothing may move then. */
    @Test
    void aWatchThatTurnsIntoAJoinNeverStallsADirection() throws Exception {
        SelectorLoop loop = loop();
        loop.load().incrementAndGet();
        Connection left = connect();
        Connection right = connect();
        var leftLeg = (TcpStream) left.leg();
        var rightLeg = (TcpStream) right.leg();
        rightLeg.channel().setOption(StandardSocketOptions.SO_SNDBUF, 4_096);
        var watch = new NioWatch(loop, rightLeg, 0, end -> {});
        assertThat(watch.submit()).isTrue();
        assertThat(kept(loop)).as("the loop has registered it").isZero();
        byte[] bytes = random(new SplittableRandom(5), 4 * 1024 * 1024);
        var held = new CountDownLatch(1);
        loop.submit(() -> {
            try {
                held.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Future<?> sending = tasks.submit(() -> left.peer().write(ByteBuffer.wrap(bytes)));
        var ended = new CompletableFuture<SpliceEnd>();

        assertThat(watch.release()).isPresent();
        var splice = new NioSplice(loop, leftLeg, null, rightLeg, null, Terms.UNLIMITED, ended::complete);
        assertThat(splice.submit()).isTrue();
        held.countDown();

        assertThat(read(right.peer(), bytes.length)).isEqualTo(bytes);
        sending.get();
        splice.end(Reason.SHUTDOWN);
        ended.join();
    }

    /** What waits for a reader counts for its address; past that its circuits end, one by one, and nobody else's. */
    @Test
    void whatWaitsForAReaderIsCountedAndEndsItsCircuitPastTheBudget() throws Exception {
        SelectorLoop loop = loop();
        var budget = new MemoryBudget(0, 3_000);
        Holding slow = budget.open("slow");
        assertThat(slow.tryTake(3_000)).as("others wait for it already").isTrue();
        Connection left = connect();
        Connection right = connect();
        var ended = new CompletableFuture<SpliceEnd>();
        var terms =
                new Terms(Duration.ZERO, Duration.ZERO, Duration.ZERO, List.of(), List.of(), Holding.uncounted(), slow);
        var splice = new NioSplice(
                loop, (TcpStream) left.leg(), null, (TcpStream) right.leg(), null, terms, ended::complete);
        splice.submit();

        Future<?> sending = tasks.submit(() -> left.peer().write(ByteBuffer.allocate(32 * 1024 * 1024)));

        assertThat(ended.orTimeout(30, TimeUnit.SECONDS).join().reason()).isEqualTo(Reason.LIMIT_MEMORY);
        assertThat(budget.held()).isEqualTo(3_000);
        assertThat(sending).failsWithin(Duration.ofSeconds(10));
    }

    private SelectorLoop loop() throws Exception {
        SelectorLoop loop = SelectorLoop.start("test", BUFFER, fault -> {});
        loops.add(loop);
        loop.load().incrementAndGet();
        return loop;
    }

    private static int kept(SelectorLoop loop) {
        var answer = new CompletableFuture<Integer>();
        loop.submit(() -> answer.complete(loop.buffers().kept()));
        return answer.join();
    }
}
