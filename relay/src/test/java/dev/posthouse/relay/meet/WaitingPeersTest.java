package dev.posthouse.relay.meet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.fault.Faults;
import dev.posthouse.relay.fault.FaultyDirectory;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.limit.Party;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.splice.Watch;
import dev.posthouse.relay.splice.WatchEnd;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever waits is told once how that ended, and nothing of it is left; whatever the directory does. */
class WaitingPeersTest {

    private static final String DIALECT = "chat";
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** A peer that writes down what it is told. */
    private static final class Peer implements WaitingPeer {
        private final ByteStream stream = MemoryPair.create().left();
        private final List<Reason> over = new ArrayList<>();
        private final List<Reason> dismissed = new ArrayList<>();
        private Optional<ActiveWait<Peer>> wait = Optional.empty();

        @Override
        public Party party() {
            InetAddress address = InetAddress.getLoopbackAddress();
            return new Party(new InetSocketAddress(address, 1), address);
        }

        @Override
        public ByteStream stream() {
            return stream;
        }

        @Override
        public void waitOver(ByteStream same, Reason why) {
            over.add(why);
        }

        @Override
        public void dismiss(Reason why, String detail) {
            assertThat(detail).isNotBlank();
            dismissed.add(why);
        }

        private void begin(ActiveWait<Peer> begun) {
            wait = Optional.of(begun);
        }
    }

    /** A data path that watches nobody, so that nobody's wait ends by itself but by {@link #end}. */
    private static final class Idle extends NoDataPath {
        private final List<Consumer<WatchEnd>> watched = new ArrayList<>();
        private final List<ByteStream> streams = new ArrayList<>();

        @Override
        public Watch watch(ByteStream stream, Duration limit, Consumer<WatchEnd> onEnd) {
            watched.add(onEnd);
            streams.add(stream);
            return () -> Optional.of(stream);
        }

        /** Ends the first watch. */
        private void end(WatchEnd.Cause cause) {
            watched.getFirst().accept(new WatchEnd(cause, streams.getFirst()));
        }
    }

    private final CopyOnWriteArrayList<RelayEvent> events = new CopyOnWriteArrayList<>();
    private final Idle dataPath = new Idle();
    private final WaitingRoom room = new WaitingRoom(dataPath);
    private final Admission admission = new Admission(Limits.DEFAULT);

    private WaitingPeers<Peer> at(Directory directory, String node) {
        return new WaitingPeers<>(
                DIALECT,
                Peer.class,
                new RendezvousPoint(directory, node, room, admission, events::add, InstantSource.system()));
    }

    private static WaitRequest request(Role role) {
        return new WaitRequest("name", NameTag.of("name"), role, Directory.Offer.NONE, Optional.of(LIMIT));
    }

    private boolean announce(WaitingPeers<Peer> peers, Peer peer) throws InterruptedException {
        Permit place = peers.admit(peer).orElseThrow();
        return peers.announce(peer, request(Role.ACCEPTOR), place, peer::begin, WaitingPeers::dismissReplaced);
    }

    private long count(Class<? extends RelayEvent> kind) {
        return events.stream().filter(kind::isInstance).count();
    }

    private void assertNothingIsLeft() {
        assertThat(room.size()).as("waiting room").isZero();
        assertThat(admission.waiting()).as("places").isZero();
        assertThat(count(RelayEvent.WaitEnded.class)).isEqualTo(count(RelayEvent.WaitStarted.class));
    }

    @Test
    void secondMeetsTheFirst() throws Exception {
        WaitingPeers<Peer> peers = at(new MemoryDirectory(), "one");
        var first = new Peer();
        var second = new Peer();
        assertThat(peers.meet(first, request(Role.DIALER), room.arrival())).isEmpty();
        assertThat(admission.waiting()).isEqualTo(1);
        assertThat(peers.meet(second, request(Role.ACCEPTOR), room.arrival())).containsSame(first);
        assertThat(first.over).containsExactly(Reason.COMPLETED);
        assertThat(first.dismissed).isEmpty();
        assertThat(second.over).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void whoCameLaterStaysThoughItIsHeardFirst() throws Exception {
        WaitingPeers<Peer> peers = at(new MemoryDirectory(), "one");
        long early = room.arrival();
        var older = new Peer();
        var newer = new Peer();
        peers.meet(newer, request(Role.DIALER), room.arrival());
        peers.meet(older, request(Role.DIALER), early);
        assertThat(older.dismissed).containsExactly(Reason.REPLACED);
        assertThat(newer.dismissed).isEmpty();
        assertThat(admission.waiting()).isEqualTo(1);
        peers.close();
        assertThat(newer.dismissed).containsExactly(Reason.SHUTDOWN);
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(WatchEnd.Cause.class)
    void silentPeerIsToldHowItsWatchEnded(WatchEnd.Cause cause) throws Exception {
        var directory = new MemoryDirectory();
        WaitingPeers<Peer> peers = at(directory, "one");
        var peer = new Peer();
        peers.meet(peer, request(Role.DIALER), room.arrival());
        peer.stream.abort();
        dataPath.end(cause);
        Reason expected =
                switch (cause) {
                    case TIMED_OUT -> Reason.NO_PEER;
                    case SHUTDOWN -> Reason.SHUTDOWN;
                    case READABLE -> Reason.PEER_GONE;
                };
        assertThat(peer.over).containsExactly(expected);
        assertThat(peer.dismissed).containsExactly(expected);
        assertThat(directory.match(DIALECT, "name", Role.ACCEPTOR)).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void announcedPeerIsFoundUntilItIsTakenOnce() throws Exception {
        WaitingPeers<Peer> peers = at(new MemoryDirectory(), "one");
        var peer = new Peer();
        assertThat(announce(peers, peer)).isTrue();
        assertThat(peers.find("name")).containsSame(peer);
        assertThat(peers.find("another")).isEmpty();
        ActiveWait<Peer> wait = peer.wait.orElseThrow();
        assertThat(wait.take()).isTrue();
        assertThat(wait.take()).isFalse();
        wait.end(Reason.PEER_GONE, "it has left");
        assertThat(peer.over).containsExactly(Reason.COMPLETED);
        assertThat(peer.dismissed).isEmpty();
        assertThat(peers.find("name")).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void newerOneTakesAnAnnouncedOnesPlace() throws Exception {
        WaitingPeers<Peer> peers = at(new MemoryDirectory(), "one");
        var older = new Peer();
        var newer = new Peer();
        announce(peers, older);
        assertThat(announce(peers, newer)).isTrue();
        assertThat(older.dismissed).containsExactly(Reason.REPLACED);
        assertThat(older.wait.orElseThrow().isOlderThan(newer.wait.orElseThrow()))
                .isTrue();
        assertThat(peers.find("name")).containsSame(newer);
        newer.wait.orElseThrow().end(Reason.PEER_GONE, "it has left");
        assertThat(newer.dismissed).containsExactly(Reason.PEER_GONE);
        assertNothingIsLeft();
    }

    @Test
    void closingOneEndsItsOwnPeersAlone() throws Exception {
        var directory = new MemoryDirectory();
        WaitingPeers<Peer> one = at(directory, "one");
        WaitingPeers<Peer> other = at(directory, "one");
        var ofOne = new Peer();
        var ofOther = new Peer();
        one.meet(ofOne, request(Role.DIALER), room.arrival());
        announce(other, ofOther);
        one.close();
        assertThat(ofOne.dismissed).containsExactly(Reason.SHUTDOWN);
        assertThat(ofOther.dismissed).isEmpty();
        assertThat(other.find("name")).containsSame(ofOther);

        var late = new Peer();
        assertThat(announce(one, late)).isFalse();
        assertThat(late.dismissed).containsExactly(Reason.SHUTDOWN);
        assertThat(ofOther.dismissed).as("whose place the late one took").containsExactly(Reason.REPLACED);
        var later = new Peer();
        one.meet(later, request(Role.DIALER), room.arrival());
        assertThat(later.dismissed).containsExactly(Reason.SHUTDOWN);
        assertNothingIsLeft();
    }

    @Test
    void peerOfAnotherNodeIsElsewhereAndStaysThere() throws Exception {
        var directory = new MemoryDirectory();
        WaitingPeers<Peer> one = at(directory, "one");
        WaitingPeers<Peer> two = at(directory, "two");
        var waits = new Peer();
        var asks = new Peer();
        one.meet(waits, request(Role.ACCEPTOR), room.arrival());
        assertThat(two.meet(asks, request(Role.DIALER), room.arrival())).isEmpty();
        assertThat(asks.dismissed).containsExactly(Reason.ELSEWHERE);
        assertThat(waits.over).isEmpty();
        assertThat(one.meet(new Peer(), request(Role.DIALER), room.arrival())).containsSame(waits);

        announce(one, waits);
        assertThat(two.isElsewhere("name")).isTrue();
        assertThat(one.isElsewhere("name")).isFalse();
        assertThat(two.find("name")).isEmpty();
        waits.wait.orElseThrow().end(Reason.PEER_GONE, "it has left");
        assertThat(two.isElsewhere("name")).isFalse();
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(
            value = Faults.Kind.class,
            names = {"EXCEPTION", "MEMORY", "ASSERTION"})
    void whomTheDirectoryFailsIsRefusedWithAReason(Faults.Kind kind) throws Exception {
        for (Faults.Call call : List.of(Faults.Call.MATCH, Faults.Call.MEET)) {
            var directory = new FaultyDirectory(new Faults(call, 1, kind));
            var peer = new Peer();
            assertThat(at(directory, "one").meet(peer, request(Role.DIALER), room.arrival()))
                    .isEmpty();
            assertThat(peer.dismissed).as("%s", call).containsExactly(Reason.INTERNAL);
            assertThat(directory.there()).isEmpty();
        }
        assertThat(count(RelayEvent.Refused.class)).isEqualTo(2);
        assertThat(count(RelayEvent.Fault.class)).isEqualTo(2);
        assertNothingIsLeft();
    }

    @Test
    void announcementThatFailsEndsTheWait() {
        var directory = new FaultyDirectory(new Faults(Faults.Call.ANNOUNCE, 1, Faults.Kind.EXCEPTION));
        var peer = new Peer();
        assertThatThrownBy(() -> announce(at(directory, "one"), peer)).isInstanceOf(IllegalStateException.class);
        assertThat(peer.over).containsExactly(Reason.INTERNAL);
        assertThat(peer.dismissed).containsExactly(Reason.INTERNAL);
        assertNothingIsLeft();
    }

    @Test
    void whoIsOverBeforeItIsKnownCostsTheOlderNothing() throws Exception {
        WaitingPeers<Peer> peers = at(new MemoryDirectory(), "one");
        var older = new Peer();
        announce(peers, older);
        var gone = new Peer();
        assertThat(peers.announce(
                        gone,
                        request(Role.ACCEPTOR),
                        peers.admit(gone).orElseThrow(),
                        begun -> begun.end(Reason.PEER_GONE, "it has left"),
                        WaitingPeers::dismissReplaced))
                .isFalse();
        assertThat(gone.dismissed).containsExactly(Reason.PEER_GONE);
        assertThat(older.over).isEmpty();
        assertThat(peers.find("name")).containsSame(older);
        peers.close();
        assertThat(peers.find("name")).isEmpty();
        assertNothingIsLeft();
    }

    /** Whatever hears of waits, the dialect that begins to watch, or whoever replaces: what they throw leaves nothing behind. */
    @ParameterizedTest
    @ValueSource(strings = {"told", "begins", "replaces"})
    void whatFailsAroundAWaitLeavesNothing(String where) throws Exception {
        var directory = new MemoryDirectory();
        WaitingPeers<Peer> peers = new WaitingPeers<>(
                DIALECT,
                Peer.class,
                new RendezvousPoint(
                        directory,
                        "one",
                        room,
                        admission,
                        event -> {
                            events.add(event);
                            if (where.equals("told")
                                    && event instanceof RelayEvent.WaitStarted
                                    && count(RelayEvent.WaitStarted.class) > 1) {
                                throw new IllegalStateException("told");
                            }
                        },
                        InstantSource.system()));
        var older = new Peer();
        announce(peers, older);
        var peer = new Peer();
        Permit place = peers.admit(peer).orElseThrow();
        assertThatThrownBy(() -> peers.announce(
                        peer,
                        request(Role.ACCEPTOR),
                        place,
                        begun -> {
                            if (where.equals("begins")) {
                                throw new IllegalStateException(where);
                            }
                        },
                        replaced -> {
                            throw new IllegalStateException(where);
                        }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(where);
        assertThat(peer.dismissed).containsExactly(Reason.INTERNAL);
        assertThat(older.over.isEmpty()).as("the older one waits on").isEqualTo(!where.equals("replaces"));

        if (where.equals("told")) {
            var silent = new Peer();
            peers.meet(silent, request(Role.DIALER), room.arrival());
            assertThat(silent.dismissed).containsExactly(Reason.INTERNAL);
            assertThat(directory.match(DIALECT, "name", Role.ACCEPTOR)).isEmpty();
        }
        peers.close();
        assertThat(room.size()).isZero();
        assertThat(admission.waiting()).isZero();
        assertThat(peers.find("name")).isEmpty();
    }

    @Test
    void directoryThatForgetsLeavesNothingBehind() throws Exception {
        var directory = new MemoryDirectory();
        WaitingPeers<Peer> peers = at(directory, "one");
        var forgotten = new Peer();
        peers.meet(forgotten, request(Role.DIALER), room.arrival());
        directory.match(DIALECT, "name", Role.ACCEPTOR);
        var partner = new Peer();
        assertThat(peers.meet(partner, request(Role.ACCEPTOR), room.arrival()))
                .as("nobody knows of the other")
                .isEmpty();
        assertThat(admission.waiting()).isEqualTo(2);
        dataPath.end(WatchEnd.Cause.TIMED_OUT);
        assertThat(forgotten.dismissed).containsExactly(Reason.NO_PEER);
        peers.close();
        assertThat(partner.dismissed).containsExactly(Reason.SHUTDOWN);
        assertNothingIsLeft();
    }
}
