package dev.posthouse.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.testkit.LeakCheck;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class LineWriterTest {

    @Test
    void aStuckSinkBlocksNobodyAndWhatIsLostIsCounted() throws InterruptedException {
        List<String> written = new CopyOnWriteArrayList<>();
        var stuck = new CountDownLatch(1);
        var reached = new CountDownLatch(1);
        try (var writer = new LineWriter(
                line -> {
                    reached.countDown();
                    await(stuck);
                    written.add(line);
                },
                lost -> "lost " + lost)) {
            writer.write("first");
            reached.await();
            IntStream.range(0, LineWriter.ROOM + 5).forEach(i -> writer.write("line " + i));
            stuck.countDown();
        }

        assertThat(written)
                .hasSize(LineWriter.ROOM + 2)
                .startsWith("first", "line 0")
                .endsWith("line " + (LineWriter.ROOM - 1), "lost 5");
    }

    /** A slow reader at the end: it gets what a second has room for, and then how much is missing. */
    @Test
    void whatIsLeftWhenTheTimeForTheLastLinesIsOverIsCounted() throws InterruptedException {
        List<String> written = new CopyOnWriteArrayList<>();
        var closing = new CountDownLatch(1);
        var reached = new CountDownLatch(1);
        var writer = new LineWriter(
                line -> {
                    if (line.equals("slow")) {
                        reached.countDown();
                        await(closing);
                    }
                    written.add(line);
                },
                lost -> "lost " + lost);
        writer.write("slow");
        reached.await();
        IntStream.range(0, 100).forEach(i -> writer.write("line " + i));
        // The sink takes the first line only when the time is over; the writer is closed by then, or waits no longer.
        Thread closer = Thread.ofPlatform().start(writer::close);
        Awaitility.await().until(writer::isTimeOver);
        closing.countDown();
        closer.join();
        assertThat(written).containsExactly("slow", "lost 100");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aSinkThatFailsGetsTheNextLineAllTheSame() {
        List<String> written = new CopyOnWriteArrayList<>();
        try (var writer = new LineWriter(
                line -> {
                    if (line.equals("bad")) {
                        throw new IllegalStateException("broken pipe");
                    }
                    written.add(line);
                },
                lost -> "lost " + lost)) {
            writer.write("bad");
            writer.write("good");
        }

        assertThat(written).containsExactly("good");
    }
}
