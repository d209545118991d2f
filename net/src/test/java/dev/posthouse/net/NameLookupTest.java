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
