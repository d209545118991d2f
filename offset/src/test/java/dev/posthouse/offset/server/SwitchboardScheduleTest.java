package dev.posthouse.offset.server;

import static dev.posthouse.testkit.Schedules.holds;
import static dev.posthouse.testkit.Schedules.same;
import static dev.posthouse.testkit.Schedules.together;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.net.SilentStream;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.SilentChannel;
import dev.posthouse.offset.channel.Ticks;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.ConnectionPermit;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.meet.Directory;
import dev.posthouse.relay.meet.NoDataPath;
import dev.posthouse.relay.meet.WaitRequest;
import dev.posthouse.relay.meet.WaitingPeers;
import dev.posthouse.relay.splice.Splice;
import dev.posthouse.relay.splice.SpliceEnd;
import dev.posthouse.relay.splice.Terms;
import dev.posthouse.testkit.Schedules;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link Switchboard} under a search through its schedules: whoever comes, listens, calls or leaves, everybody's wait ends once. */
@Tag(Schedules.TAG)
class SwitchboardScheduleTest {

    /** Five threads, each of which goes through half of the relay. */
    private static final int SCHEDULES = 8;

    private static final Ed25519PublicKey LISTENER = key(1);
    private static final Ed25519PublicKey CALLER = key(2);
    private static final NameTag TAG = NameTag.of("a listener");
    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private static Ed25519PublicKey key(int number) {
        byte[] bytes = new byte[Ed25519PublicKey.LENGTH];
        bytes[0] = (byte) number;
        return Ed25519PublicKey.of(bytes);
    }

    /** Ticks that never come. */
    private static final class NoTicks implements Ticks {
        @Override
        public Duration length() {
            return Duration.ofNanos(1);
        }

        @Override
        public Registration each(Runnable onTick) {
            return () -> {};
        }
    }

    /** Joins two streams of messages and closes them; a dialect that watches by itself needs no more. */
    private static final class Joint extends NoDataPath {
        private final AtomicInteger joined = new AtomicInteger();

        @Override
        public Splice join(MessageStream left, MessageStream right, Terms terms, Consumer<SpliceEnd> onEnd) {
            joined.incrementAndGet();
            try {
                left.close();
                right.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            onEnd.accept(new SpliceEnd(Reason.COMPLETED, 0, 0, Optional.empty()));
            return new Splice() {
                @Override
                public long leftToRight() {
                    return 0;
                }

                @Override
                public long rightToLeft() {
                    return 0;
                }

                @Override
                public void end(Reason reason) {}
            };
        }
    }

    /** Somebody who is connected. */
    private static final class Visitor {
        private final SilentChannel connection = new SilentChannel();
        private final Client client;
        private final Arrivals.Arrival arrival;

        Visitor(Shared shared, Ed25519PublicKey key) {
            client = new Client(
                    new Inbound(
                            new SilentStream(),
                            PEER,
                            Optional.of(PEER),
                            ConnectionPermit.uncounted(),
                            Duration.ofSeconds(10)),
                    connection.of(key, shared.ticks),
                    LengthPrefix.U64);
            arrival = shared.board.arrivals().begin();
            arrival.is(key);
        }
    }

    /** All that the threads of a program share. */
    private static final class Shared {
        private final Ticks ticks = new NoTicks();
        private final Joint joint = new Joint();
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger ended = new AtomicInteger();
        private final AtomicInteger faults = new AtomicInteger();
        private final RelayServices services =
                RelayServices.singleNode(joint, Limits.builder().build(), this::on);
        private final Switchboard board =
                new Switchboard(services, ChannelSettings.DEFAULT, ticks, 4, notice -> {}, key -> TAG);
        private final Visitor listener = new Visitor(this, LISTENER);
        private final Visitor caller = new Visitor(this, CALLER);
        private final Visitor third;

        /** @param third who comes besides a listener and a caller */
        Shared(Ed25519PublicKey third) {
            this.third = new Visitor(this, third);
        }

        private void on(RelayEvent event) {
            switch (event) {
                case RelayEvent.WaitStarted wait -> begun.incrementAndGet();
                case RelayEvent.WaitEnded wait -> ended.incrementAndGet();
                case RelayEvent.Fault fault -> faults.incrementAndGet();
                default -> {
                    // what else is told does not matter here
                }
            }
        }

        void listen(Visitor visitor) throws InterruptedException {
            try (Arrivals.Arrival arrival = visitor.arrival) {
                board.listen(visitor.client, arrival);
            }
        }

        void call(Visitor visitor) throws InterruptedException {
            try (Arrivals.Arrival arrival = visitor.arrival) {
                board.connect(visitor.client, arrival, LISTENER);
            }
        }

        void accept(Visitor visitor) throws InterruptedException {
            visitor.arrival.close();
            board.accept(visitor.client, CALLER);
        }

        void assertEverybodyIsGone() {
            same("waits that ended", begun.get(), ended.get());
            same("in the waiting room", 0, services.waitingRoom().size());
            same("permits to wait", 0, services.admission().waiting());
            same("circuits", 0, services.admission().circuits());
            holds(
                    "nobody listens",
                    services.directory()
                            .find(OffsetServer.NAME, LISTENER.toString())
                            .isEmpty());
            holds(
                    "nobody calls",
                    services.directory()
                            .find(OffsetServer.NAME, LISTENER + "/" + CALLER)
                            .isEmpty());
            same("faults", 0, faults.get());
            for (Visitor visitor : List.of(listener, caller, third)) {
                holds("a connection was ended", visitor.connection.closes() > 0);
            }
        }
    }

    @Test
    void callersOfOnePairMeetAListenerThatLeaves() {
        Schedules.search(SCHEDULES, () -> new Shared(CALLER), shared -> {
            together(
                    () -> shared.listen(shared.listener),
                    () -> shared.call(shared.caller),
                    () -> shared.call(shared.third),
                    shared.listener.connection::end,
                    shared.board::close);
            shared.assertEverybodyIsGone();
        });
    }

    @Test
    void callerMeetsAListenerThatIsReplaced() {
        Schedules.search(SCHEDULES, () -> new Shared(LISTENER), shared -> {
            together(
                    () -> shared.listen(shared.listener),
                    () -> shared.listen(shared.third),
                    () -> shared.call(shared.caller),
                    shared.board::close);
            shared.assertEverybodyIsGone();
        });
    }

    @Test
    void callerIsAcceptedOrLeavesOrIsSentAway() {
        Schedules.search(SCHEDULES, () -> new Shared(LISTENER), shared -> {
            together(
                    () -> shared.listen(shared.listener),
                    () -> shared.call(shared.caller),
                    () -> shared.accept(shared.third),
                    shared.caller.connection::end,
                    shared.board::close);
            holds("joined once at most", shared.joint.joined.get() <= 1);
            shared.assertEverybodyIsGone();
        });
    }

    /** Two calls of one pair to a listener that is there. */
    private static final class Crossing {
        private final Shared shared = new Shared(CALLER);
        private final ListenChannel listener = new ListenChannel(shared.listener.client, 4, notice -> {});
        private final HalfTunnel one = half(shared.caller);
        private final HalfTunnel other = half(shared.third);

        Crossing() {
            var peers = shared.services.waitingPeers(OffsetServer.NAME, ListenChannel.class);
            var request =
                    new WaitRequest(LISTENER.toString(), TAG, Role.ACCEPTOR, Directory.Offer.NONE, Optional.empty());
            try {
                holds(
                        "it listens",
                        peers.announce(
                                listener, request, Permit.uncounted(), listener::begin, WaitingPeers::dismissReplaced));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private HalfTunnel half(Visitor visitor) {
            return new HalfTunnel(visitor.client, LISTENER, shared.ticks, 4, notice -> {});
        }

        void call(HalfTunnel half) throws InterruptedException {
            shared.board.begin(half, listener, Permit.uncounted());
        }

        void assertTheNewerStays() {
            boolean oneIsOlder = one.waiting().isOlderThan(other.waiting());
            HalfTunnel older = oneIsOlder ? one : other;
            HalfTunnel newer = oneIsOlder ? other : one;
            holds("the older call is over", older.waiting().isOver());
            holds("the newer call waits", !newer.waiting().isOver());
            holds("the listener has forgotten the older", !listener.hungUp(older));
            holds("the listener knows the newer", listener.hungUp(newer));
        }
    }

    @Test
    void newerOfTwoCallsOfOnePairStays() {
        Schedules.search(Crossing::new, crossing -> {
            together(() -> crossing.call(crossing.one), () -> crossing.call(crossing.other));
            crossing.assertTheNewerStays();
        });
    }
}
