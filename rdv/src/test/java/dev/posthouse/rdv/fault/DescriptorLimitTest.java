package dev.posthouse.rdv.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.rdv.server.RawPeer;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/** A relay that runs out of descriptors says so while it can, never spins, and goes on when they come back. */
@ExtendWith(LeakCheck.class)
@EnabledOnOs(OS.LINUX)
class DescriptorLimitTest {

    private static final int LIMIT = 400;

    @Test
    void newcomersAreRefusedWithAReasonAndThenClosed() throws IOException {
        try (var relay = new RelayProcess("ulimit -n " + LIMIT)) {
            List<RawPeer> idle = new ArrayList<>();
            int refused = 0;
            String answer = " ";
            while (!answer.isEmpty()) {
                assertThat(idle.size()).isLessThan(LIMIT);
                // It asks for nothing, and so it stays.
                idle.add(RawPeer.connect(relay.address()));
                answer = probe(relay);
                if (answer.startsWith("HTTP/1.1 503 ")) {
                    assertThat(answer).contains("descriptors are nearly used up");
                    refused++;
                }
            }
            assertThat(refused).isPositive();
            assertThat(relay.count("paused")).isZero();
            assertThat(relay.lines("fault")).isEmpty();
            for (RawPeer peer : idle) {
                peer.close();
            }
            Awaitility.await().until(() -> probe(relay).equals(" "));
            try (RelayedPair pair = RelayedPair.meet(relay.address(), "after")) {
                assertThat(pair.dialer().isOpen()).isTrue();
            }
        }
    }

    /** Asks for a place with a request that is refused anyway; a blank if it was, empty if it was closed. */
    private static String probe(RelayProcess relay) throws IOException {
        try (RawPeer peer = RawPeer.connect(relay.address())) {
            peer.send(RawPeer.request("DIAL", "probe").replaceFirst("DIAL", "GET"));
            String head = peer.head();
            return head.startsWith("HTTP/1.1 400 ") ? " " : head + peer.rest();
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void acceptingPausesWithoutSpinningAndGoesOn() throws IOException {
        try (var relay = new RelayProcess("ulimit -n " + LIMIT)) {
            try (RelayedPair before = RelayedPair.meet(relay.address(), "before")) {
                trip(before);
                relay.tell("hold");
                Awaitility.await().until(() -> relay.count("done") == 1);
                // Whoever waits in accept(2) has its descriptor already, and the JDK gives back one or two of its own.
                List<RawPeer> last = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    last.add(RawPeer.connect(relay.address()));
                }
                try (RawPeer waiting = RawPeer.connect(relay.address())) {
                    waiting.send(RawPeer.request("DIAL", "t"));
                    Awaitility.await().until(() -> relay.count("paused") == 1);
                    Duration cpu = relay.cpu();
                    // A pair that runs goes on meanwhile: a second's worth of round trips of it.
                    long until = System.nanoTime() + 1_000_000_000;
                    int trips = 0;
                    while (System.nanoTime() < until) {
                        trip(before);
                        trips++;
                        LockSupport.parkNanos(20_000_000);
                    }
                    assertThat(trips).isPositive();
                    assertThat(relay.cpu().minus(cpu)).isLessThan(Duration.ofMillis(500));
                    assertThat(relay.count("paused")).isEqualTo(1);
                    assertThat(relay.count("resumed")).isZero();
                    relay.tell("free");
                    Awaitility.await().until(() -> relay.count("resumed") == 1);
                    try (RawPeer partner = RawPeer.connect(relay.address())) {
                        partner.send(RawPeer.request("ACCEPT", "t"));
                        assertThat(waiting.head()).startsWith("HTTP/1.1 101");
                        assertThat(partner.head()).startsWith("HTTP/1.1 101");
                    }
                } finally {
                    for (RawPeer one : last) {
                        one.close();
                    }
                }
            }
            assertThat(relay.lines("fault")).isEmpty();
        }
    }

    /** It opens it when a virtual thread first blocks, and never again if there is no descriptor for it then. */
    @Test
    void whatTheJdkNeedsForBlockedThreadsIsOpenBeforeAnybodyComes() throws IOException {
        try (var relay = new RelayProcess("ulimit -n " + LIMIT)) {
            long before = relay.descriptors("anon_inode:[eventpoll]");
            try (RelayedPair pair = RelayedPair.meet(relay.address(), "first")) {
                trip(pair);
                assertThat(relay.descriptors("anon_inode:[eventpoll]")).isEqualTo(before);
            }
        }
    }

    /** One byte from the dialer, which also loads what the child needs for it while it can still read a class. */
    private static void trip(RelayedPair pair) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        pair.dialer().write(one);
        assertThat(pair.acceptor().read(one.clear())).isEqualTo(1);
    }
}
