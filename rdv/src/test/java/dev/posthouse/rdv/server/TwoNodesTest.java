package dev.posthouse.rdv.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.relay.Relay;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Connections;
import dev.posthouse.relay.limit.Descriptors;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.meet.Directory;
import dev.posthouse.relay.meet.MemoryDirectory;
import dev.posthouse.relay.splice.DataPath;
import dev.posthouse.relay.splice.Splicer;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nodes that share a directory: a slot of one means nothing to the other. And a node that is short of descriptors. */
@ExtendWith(LeakCheck.class)
class TwoNodesTest {

    private final CopyOnWriteArrayList<RelayEvent> events = new CopyOnWriteArrayList<>();

    private RelayServices services(DataPath dataPath, Directory directory, String node, Descriptors descriptors) {
        RelayServices single = RelayServices.singleNode(dataPath, Limits.DEFAULT, events::add);
        return new RelayServices(
                dataPath,
                directory,
                node,
                single.waitingRoom(),
                single.admission(),
                new Connections(single.admission(), descriptors),
                single.circuits(),
                single.events(),
                single.clock());
    }

    private static Relay relay(RelayServices services) throws IOException {
        return Relay.builder()
                .dialect(RdvServer.withDefaults())
                .services(services)
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .start();
    }

    private static RawPeer waiting(Relay at, String method, String token) throws IOException {
        int before = at.services().waitingRoom().size();
        RawPeer peer = RawPeer.connect(at.address()).send(RawPeer.request(method, token));
        Awaitility.await().until(() -> at.services().admission().waiting() > before);
        return peer;
    }

    @Test
    void whosePartnerWaitsOnAnotherNodeIsToldSoAndDisturbsNobody() throws Exception {
        var directory = new MemoryDirectory();
        try (Splicer dataPath = Splicer.start();
                Relay one = relay(services(dataPath, directory, "one", Descriptors.ofThisProcess()));
                Relay two = relay(services(dataPath, directory, "two", Descriptors.ofThisProcess()))) {
            // Both have the same number of a slot, each on its node.
            try (RawPeer acceptor = waiting(one, "ACCEPT", "t");
                    RawPeer stranger = waiting(two, "ACCEPT", "other");
                    RawPeer dialer = RawPeer.connect(two.address()).send(RawPeer.request("DIAL", "t"))) {
                assertThat(dialer.restOrReset()).startsWith("HTTP/1.1 503").contains("another node");
                assertThat(two.services().waitingRoom().size())
                        .as("the stranger")
                        .isEqualTo(1);
                assertThat(one.services().waitingRoom().size())
                        .as("the acceptor")
                        .isEqualTo(1);
                assertThat(events.stream()
                                .filter(event -> event instanceof RelayEvent.Refused refused
                                        && refused.reason() == Reason.ELSEWHERE))
                        .hasSize(1);

                // It waits there as before.
                try (RawPeer second = RawPeer.connect(one.address()).send(RawPeer.request("DIAL", "t"))) {
                    assertThat(second.head()).startsWith("HTTP/1.1 101");
                    second.send("CONTINUE\n");
                    assertThat(acceptor.head()).startsWith("HTTP/1.1 101");
                    second.reset();
                }
                stranger.reset();
            }
            for (Relay relay : new Relay[] {one, two}) {
                Awaitility.await()
                        .until(() -> relay.services().admission().waiting() == 0
                                && relay.services().admission().circuits() == 0
                                && relay.services().waitingRoom().size() == 0);
            }
            assertThat(directory.match("rdv", "t", Role.DIALER)).isEmpty();
        }
    }

    /** Who comes when descriptors are nearly used up is told so in HTTP, once it has said what it wants. */
    @Test
    void whoComesWhenDescriptorsAreNearlyUsedUpGetsAnAnswer() throws Exception {
        // Of ten, more than eight are nearly all.
        var peers = new ArrayList<RawPeer>();
        try (Splicer dataPath = Splicer.start();
                Relay relay = relay(services(dataPath, new MemoryDirectory(), "one", new Descriptors(10, 0)))) {
            for (int i = 0; i < 9; i++) {
                peers.add(RawPeer.connect(relay.address()));
            }
            Awaitility.await().until(() -> relay.connections() == 9);
            RawPeer last = peers.getLast().send(RawPeer.request("DIAL", "t"));
            assertThat(last.restOrReset()).startsWith("HTTP/1.1 503").contains("descriptors");
            peers.forEach(RawPeer::reset);
        }
        assertThat(events.stream()
                        .filter(event -> event instanceof RelayEvent.Refused refused
                                && refused.reason() == Reason.LIMIT_DESCRIPTORS))
                .hasSize(1);
    }
}
