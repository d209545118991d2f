package dev.posthouse.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.Reason;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.AddressKey;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.splice.Splicer;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connections count for their address from accept on, until their descriptor is closed; so does what is held for them. */
@ExtendWith(LeakCheck.class)
class ConnectionLimitsTest {

    private static final InetAddress ONE = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress OTHER = InetAddress.ofLiteral("127.0.0.2");
    private static final NetworkBlocks PROXY = NetworkBlocks.parse(List.of("127.0.0.3/32"));

    private final CopyOnWriteArrayList<RelayEvent> events = new CopyOnWriteArrayList<>();
    private final List<SocketChannel> open = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (SocketChannel channel : open) {
            channel.close();
        }
    }

    private Relay.Builder relay(Limits limits) {
        return Relay.builder()
                .dialect(new EchoDialect("echo", "alpha"))
                .listen(new InetSocketAddress(ONE, 0))
                .limits(limits)
                .events(events::add);
    }

    private SocketChannel connect(Relay relay, InetAddress from) throws IOException {
        SocketChannel channel = SocketChannel.open();
        open.add(channel);
        channel.bind(new InetSocketAddress(from, 0));
        channel.connect(relay.address());
        return channel;
    }

    private static boolean isServed(SocketChannel channel) throws IOException {
        channel.write(ByteBuffer.wrap("alpha\n".getBytes(StandardCharsets.ISO_8859_1)));
        try {
            return channel.read(ByteBuffer.allocate(100)) > 0;
        } catch (IOException e) {
            return false;
        }
    }

    private RelayEvent.Refused awaitRefusal() {
        return await().until(
                        () -> events.stream()
                                .filter(RelayEvent.Refused.class::isInstance)
                                .map(RelayEvent.Refused.class::cast)
                                .toList(),
                        list -> !list.isEmpty())
                .getFirst();
    }

    @Test
    void floodFromOneAddressLeavesRoomForEveryOtherOne() throws Exception {
        try (Relay relay =
                relay(Limits.builder().connectionsPerAddress(3).build()).start()) {
            for (int i = 0; i < 3; i++) {
                connect(relay, ONE);
            }
            await().until(() -> relay.connections() == 3);
            assertThat(isServed(connect(relay, ONE))).isFalse();
            assertThat(awaitRefusal().reason()).isEqualTo(Reason.LIMIT_PEER);
            assertThat(isServed(connect(relay, OTHER))).isTrue();

            open.getFirst().close();
            await().until(() -> relay.services().connections().open(AddressKey.of(ONE)) == 2);
            assertThat(isServed(connect(relay, ONE)))
                    .as("in the place that was given back")
                    .isTrue();
        }
    }

    @Test
    void memoryOfOneAddressThatIsUsedUpLeavesThatOfOthers() throws Exception {
        Limits limits = Limits.builder().memoryPerAddress(10_000).build();
        try (Relay relay = relay(limits).start()) {
            connect(relay, ONE);
            connect(relay, ONE);
            await().until(() -> relay.connections() == 2);
            assertThat(isServed(connect(relay, ONE))).isFalse();
            assertThat(awaitRefusal().reason()).isEqualTo(Reason.LIMIT_MEMORY);
            assertThat(isServed(connect(relay, OTHER))).isTrue();
            for (SocketChannel channel : open) {
                channel.close();
            }
            await().until(() -> relay.services().connections().memory().held() == 0);
        }
    }

    @Test
    void changedLimitsHoldForWhoeverComesNext() throws Exception {
        try (Relay relay =
                relay(Limits.builder().connectionsPerAddress(1).build()).start()) {
            connect(relay, ONE);
            await().until(() -> relay.connections() == 1);
            assertThat(isServed(connect(relay, ONE))).isFalse();
            relay.services()
                    .admission()
                    .limits(Limits.builder()
                            .connectionsPerAddress(2)
                            .memoryInAll(123)
                            .memoryPerAddress(0)
                            .build());
            assertThat(relay.services().connections().memory().inAll()).isEqualTo(123);
            relay.services()
                    .admission()
                    .limits(Limits.builder().connectionsPerAddress(2).build());
            assertThat(isServed(connect(relay, ONE))).isTrue();
        }
    }

    /** Else the proxy's own address would be the first to be full. */
    @Test
    void proxysConnectionsCountForThoseForWhomItSpeaks() throws Exception {
        InetAddress proxy = InetAddress.ofLiteral("127.0.0.3");
        try (Relay relay = relay(Limits.builder().connectionsPerAddress(1).build())
                .proxies(PROXY)
                .speakForOthers(PROXY)
                .start()) {
            for (int i = 1; i <= 3; i++) {
                SocketChannel channel = connect(relay, proxy);
                channel.write(header("198.51.100." + i));
            }
            for (int i = 1; i <= 3; i++) {
                AddressKey peer = AddressKey.of(InetAddress.ofLiteral("198.51.100." + i));
                await().until(() -> relay.services().connections().open(peer) == 1);
            }
            assertThat(relay.services().connections().memory().held(AddressKey.of(proxy)))
                    .isZero();
            SocketChannel second = connect(relay, proxy);
            second.write(header("198.51.100.2"));
            assertThat(isServed(second)).isFalse();
            assertThat(awaitRefusal().reason()).isEqualTo(Reason.LIMIT_PEER);
            await().until(() -> relay.connections() == 3);
        }
        // Also of those that moved from one owner to another.
        await().until(() -> events.stream().noneMatch(RelayEvent.Fault.class::isInstance));
    }

    private static ByteBuffer header(String source) {
        return ByteBuffer.wrap(
                ("PROXY TCP4 " + source + " 198.51.100.250 1000 2000\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void relaysThatShareServicesShareTheirCountsAndNothingElse() throws Exception {
        try (Splicer dataPath = Splicer.start()) {
            Limits limits = Limits.builder().connectionsPerAddress(2).build();
            RelayServices shared = RelayServices.singleNode(dataPath, limits, events::add);
            try (Relay one = shared(shared);
                    Relay two = shared(shared)) {
                connect(one, ONE);
                connect(two, ONE);
                await().until(() -> shared.connections().open() == 2);
                assertThat(isServed(connect(two, ONE))).isFalse();
                assertThat(one.services().connections().descriptors())
                        .isSameAs(two.services().connections().descriptors());
                open.forEach(ConnectionLimitsTest::closeQuietly);
                await().until(() -> shared.connections().open() == 0);

                one.close();
                assertThat(isServed(connect(two, ONE))).isTrue();
            }
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Relay shared(RelayServices services) throws IOException {
        return Relay.builder()
                .dialect(new EchoDialect("echo", "alpha"))
                .listen(new InetSocketAddress(ONE, 0))
                .services(services)
                .start();
    }
}
