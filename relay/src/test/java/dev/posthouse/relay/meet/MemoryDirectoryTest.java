package dev.posthouse.relay.meet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Role;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.relay.meet.Directory.Meeting;
import dev.posthouse.relay.meet.Directory.Offer;
import dev.posthouse.relay.meet.Directory.Presence;
import dev.posthouse.testkit.Background;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who meets whom, and that nobody is met twice. */
class MemoryDirectoryTest {

    private final Directory directory = new MemoryDirectory();

    private static Presence presence(String dialect, String name, Role role, String node, long slot) {
        var offer = new Offer(List.of(AddressPort.parse("192.0.2.1:" + slot % 60_000)), Optional.empty());
        return new Presence(dialect, name, role, offer, node, slot, slot, Instant.EPOCH);
    }

    private static Presence dialer(long slot) {
        return presence("rdv", "t", Role.DIALER, "here", slot);
    }

    private static Presence acceptor(long slot) {
        return presence("rdv", "t", Role.ACCEPTOR, "here", slot);
    }

    private static Meeting waits() {
        return new Meeting.Waiting(Optional.empty());
    }

    @Test
    void firstWaitsAndThePartnerMeetsIt() {
        assertThat(directory.meet(dialer(1))).isEqualTo(waits());
        assertThat(directory.meet(acceptor(2))).isEqualTo(new Meeting.Matched(dialer(1)));
        // Neither is left behind.
        assertThat(directory.meet(acceptor(3))).isEqualTo(waits());
        assertThat(directory.meet(dialer(4))).isEqualTo(new Meeting.Matched(acceptor(3)));
    }

    @Test
    void matchTakesAPartnerOutAndLeavesNobodyBehind() {
        assertThat(directory.match("rdv", "t", Role.DIALER)).isEmpty();
        directory.meet(dialer(1));
        assertThat(directory.match("rdv", "t", Role.DIALER)).isEmpty();
        assertThat(directory.match("rdv", "t", Role.ACCEPTOR)).contains(dialer(1));
        assertThat(directory.match("rdv", "t", Role.ACCEPTOR)).isEmpty();
    }

    @Test
    void newerOfTheSameRoleReplacesTheOlder() {
        directory.meet(dialer(1));
        assertThat(directory.meet(dialer(2))).isEqualTo(new Meeting.Waiting(Optional.of(dialer(1))));
        assertThat(directory.meet(acceptor(3))).isEqualTo(new Meeting.Matched(dialer(2)));
    }

    @Test
    void namesAreToldApartByTheirDialect() {
        directory.meet(dialer(1));
        assertThat(directory.meet(presence("offset", "t", Role.ACCEPTOR, "here", 2)))
                .isEqualTo(waits());
        assertThat(directory.meet(presence("rdv", "u", Role.ACCEPTOR, "here", 3)))
                .isEqualTo(waits());
    }

    @Test
    void withdrawingTakesOutExactlyTheOneThatWaits() {
        directory.meet(dialer(1));
        assertThat(directory.withdraw(dialer(2))).isFalse();
        assertThat(directory.withdraw(presence("rdv", "t", Role.DIALER, "there", 1)))
                .as("a slot of the same number on another node")
                .isFalse();
        assertThat(directory.withdraw(dialer(1))).isTrue();
        assertThat(directory.withdraw(dialer(1))).isFalse();
        assertThat(directory.meet(acceptor(3))).isEqualTo(waits());
    }

    @Test
    void whoWasReplacedCannotWithdrawItsSuccessor() {
        directory.meet(dialer(1));
        directory.meet(dialer(2));
        assertThat(directory.withdraw(dialer(1))).isFalse();
        assertThat(directory.meet(acceptor(3))).isEqualTo(new Meeting.Matched(dialer(2)));
    }

    @Test
    void whoIsAnnouncedIsFoundByAnyNumberAndReplacedByTheNext() {
        assertThat(directory.announce(presence("offset", "t", Role.ACCEPTOR, "here", 1)))
                .isEqualTo(waits());
        assertThat(directory.find("offset", "t")).map(Presence::slot).contains(1L);
        assertThat(directory.find("offset", "t")).map(Presence::slot).contains(1L);
        assertThat(directory.find("rdv", "t")).isEmpty();
        assertThat(directory.announce(presence("offset", "t", Role.ACCEPTOR, "here", 2)))
                .isEqualTo(new Meeting.Waiting(Optional.of(presence("offset", "t", Role.ACCEPTOR, "here", 1))));

        assertThat(directory.withdraw(presence("offset", "t", Role.ACCEPTOR, "here", 1)))
                .as("the one that was replaced")
                .isFalse();
        assertThat(directory.withdraw(presence("offset", "t", Role.ACCEPTOR, "here", 2)))
                .isTrue();
        assertThat(directory.find("offset", "t")).isEmpty();
    }

    /** The words of two that come at once may cross on their way here; and one may come back from a partner that had gone. */
    @Test
    void whoCameLaterStaysThoughItsWordCameFirst() {
        directory.announce(presence("offset", "t", Role.ACCEPTOR, "here", 2));
        assertThat(directory.announce(presence("offset", "t", Role.ACCEPTOR, "here", 1)))
                .isEqualTo(new Meeting.Superseded());
        assertThat(directory.find("offset", "t")).map(Presence::slot).contains(2L);

        directory.meet(dialer(4));
        assertThat(directory.meet(dialer(3))).isEqualTo(new Meeting.Superseded());
        assertThat(directory.meet(acceptor(1))).as("of the other role").isEqualTo(new Meeting.Matched(dialer(4)));
    }

    @Test
    void whoIsHeardLastCountsAsLaterWhereTwoNodesCannotTell() {
        directory.announce(presence("offset", "t", Role.ACCEPTOR, "here", 2));
        assertThat(directory.announce(presence("offset", "t", Role.ACCEPTOR, "there", 1)))
                .isInstanceOf(Meeting.Waiting.class);
        assertThat(directory.find("offset", "t")).map(Presence::node).contains("there");
    }

    @Test
    void whoIsAnnouncedDoesNotMeetWhoWaits() {
        directory.announce(presence("offset", "t", Role.ACCEPTOR, "here", 1));

        assertThat(directory.meet(presence("offset", "t", Role.DIALER, "here", 2)))
                .isInstanceOf(Meeting.Waiting.class);
    }

    /** Each presence ends in exactly one way: met, replaced, withdrawn, or it meets somebody itself. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everybodyLeavesExactlyOnceHoweverManyCome(long seed) {
        var ends = new ConcurrentHashMap<Long, String>();
        List<Background<?>> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            long from = 1 + t * 100_000L;
            var random = new SplittableRandom(seed * 10 + t);
            threads.add(Background.run(() -> {
                for (long slot = from; slot < from + 5_000; slot++) {
                    Role role = random.nextBoolean() ? Role.DIALER : Role.ACCEPTOR;
                    Presence mine = presence("rdv", "t" + random.nextInt(3), role, "here", slot);
                    switch (directory.meet(mine)) {
                        case Meeting.Matched(Presence partner) -> {
                            end(ends, partner, "met");
                            end(ends, mine, "meets");
                            if (!partner.name().equals(mine.name()) || partner.role() == role) {
                                throw new AssertionError(mine + " met " + partner);
                            }
                        }
                        case Meeting.Waiting(var replaced) -> {
                            replaced.ifPresent(older -> end(ends, older, "replaced"));
                            if (random.nextInt(4) == 0 && directory.withdraw(mine)) {
                                end(ends, mine, "withdrawn");
                            }
                        }
                        case Meeting.Superseded() -> end(ends, mine, "superseded");
                    }
                }
            }));
        }
        threads.forEach(Background::result);
        for (String name : List.of("t0", "t1", "t2")) {
            Presence last = presence("rdv", name, Role.DIALER, "here", 999_999);
            switch (directory.meet(last)) {
                case Meeting.Matched(Presence partner) -> end(ends, partner, "met");
                case Meeting.Waiting(var replaced) -> replaced.ifPresent(older -> end(ends, older, "replaced"));
                case Meeting.Superseded() -> throw new AssertionError("there is none that came later");
            }
        }
        assertThat(ends).as("seed %d", seed).hasSize(20_000);
    }

    private static void end(ConcurrentHashMap<Long, String> ends, Presence who, String how) {
        String before = ends.put(who.slot(), how);
        if (before != null) {
            throw new AssertionError(who + " was " + how + " and before that " + before);
        }
    }
}
