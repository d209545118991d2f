package dev.posthouse.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A name service that does not answer holds nobody. */
@ExtendWith(LeakCheck.class)
class NameLookupTest {

    private static final Resolver SILENT = host -> {
        try {
            new CountDownLatch(1).await();
            return List.of();
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    };

    @Test
    void theLimitNamesTheName() {
        assertThatThrownBy(() -> NameLookup.start(SILENT, "relay.example").await(Duration.ofMillis(50)))
                .isInstanceOf(TimedOut.class)
                .hasMessage("the name relay.example was not resolved within 50 ms");
    }

    @Test
    void anInterruptEndsTheWait() {
        var waiting = Background.start(
                        () -> NameLookup.start(SILENT, "relay.example").await(Duration.ZERO))
                .awaitBlocked();
        waiting.interrupt();
        assertThat(waiting.failure()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void closingItEndsTheWait() {
        NameLookup lookup = NameLookup.start(SILENT, "relay.example");
        var waiting = Background.start(() -> lookup.await(Duration.ZERO)).awaitBlocked();
        lookup.close();
        assertThat(waiting.failure()).isInstanceOf(IOException.class).hasMessageContaining("relay.example");
    }

    /** Holds its thread in a way that no interrupt ends, as the system's resolution does. */
    private static Resolver deaf(CountDownLatch release, AtomicInteger asked) {
        return host -> {
            asked.incrementAndGet();
            boolean released = false;
            while (!released) {
                try {
                    release.await();
                    released = true;
                } catch (InterruptedException e) {
                    // the system would not notice either
                }
            }
            return List.of(InetAddress.getLoopbackAddress());
        };
    }

    @Test
    void virtualThreadsThatWaitForASilentNameServiceHoldUpNoOther() throws Exception {
        var release = new CountDownLatch(1);
        var asked = new AtomicInteger();
        List<Background<List<InetAddress>>> dials = IntStream.range(
                        0, 2 * Runtime.getRuntime().availableProcessors())
                .mapToObj(i -> Background.start(() ->
                        NameLookup.start(deaf(release, asked), "relay.example").await(Duration.ofMinutes(1))))
                .toList();
        Awaitility.await().until(() -> asked.get() == dials.size());

        assertThat(Background.start(() -> "ran").result()).isEqualTo("ran");

        release.countDown();
        dials.forEach(dial -> assertThat(dial.result()).isNotEmpty());
    }

    @Test
    void manyLookupsAreUnderWayOnABoundedNumberOfThreads() {
        var release = new CountDownLatch(1);
        var asked = new AtomicInteger();
        List<Background<List<InetAddress>>> all = IntStream.range(0, 3 * LookupThreads.MOST)
                .mapToObj(i -> Background.start(() ->
                        NameLookup.start(deaf(release, asked), "relay.example").await(Duration.ofMinutes(1))))
                .toList();
        all.forEach(Background::awaitBlocked);

        Awaitility.await().until(() -> asked.get() >= LookupThreads.MOST);
        assertThat(asked).hasValue(LookupThreads.MOST);
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().equals("posthouse-resolve"))
                .hasSize(LookupThreads.MOST);
        // One more waits for its turn no longer than it said, and its turn never comes.
        assertThatThrownBy(() ->
                        NameLookup.start(deaf(release, asked), "late.example").await(Duration.ofMillis(20)))
                .isInstanceOf(TimedOut.class)
                .hasMessageContaining("late.example");

        release.countDown();
        all.forEach(lookup -> assertThat(lookup.result()).isNotEmpty());
        assertThat(asked).hasValue(3 * LookupThreads.MOST);
    }

    @Test
    void anAddressIsAskedOfNobody() throws Exception {
        for (String host : List.of("::1", "[::1]", "127.0.0.1")) {
            assertThat(NameLookup.start(SILENT, host).await(Duration.ofMillis(1)))
                    .singleElement()
                    .matches(InetAddress::isLoopbackAddress);
        }
    }

    @Test
    void aZoneThatIsNotHereIsNoName() {
        assertThatThrownBy(() -> NameLookup.start(SILENT, "fe80::1%no-such-interface"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("an interface here");
    }
}
