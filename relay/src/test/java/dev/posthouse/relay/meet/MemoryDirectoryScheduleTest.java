package dev.posthouse.relay.meet;

import static dev.posthouse.testkit.Schedules.same;
import static dev.posthouse.testkit.Schedules.together;
import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Role;
import dev.posthouse.relay.meet.Directory.Meeting;
import dev.posthouse.relay.meet.Directory.Offer;
import dev.posthouse.relay.meet.Directory.Presence;
import dev.posthouse.testkit.Schedules;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link MemoryDirectory} under a search through its schedules: everybody who comes has exactly one fate. */
@Tag(Schedules.TAG)
class MemoryDirectoryScheduleTest {

    /** All that the threads of a program share. */
    private static final class Shared {
        private final Directory directory;
        private final Presence[] those;
        private final AtomicIntegerArray fates;

        Shared(Directory directory, Role... roles) {
            this.directory = directory;
            this.those = new Presence[roles.length];
            this.fates = new AtomicIntegerArray(roles.length);
            for (int i = 0; i < roles.length; i++) {
                those[i] = new Presence("d", "n", roles[i], Offer.NONE, "here", i, i, Instant.MAX);
            }
        }

        void fate(Presence of) {
            fates.incrementAndGet((int) of.slot());
        }

        private void fate(Meeting came, Presence of) {
            switch (came) {
                case Meeting.Matched matched -> {
                    fate(of);
                    fate(matched.partner());
                }
                case Meeting.Superseded newer -> fate(of);
                case Meeting.Waiting waiting -> waiting.replaced().ifPresent(this::fate);
            }
        }

        void meet(int one) {
            fate(directory.meet(those[one]), those[one]);
        }

        void announce(int one) {
            fate(directory.announce(those[one]), those[one]);
        }

        void withdraw(int one) {
            if (directory.withdraw(those[one])) {
                fate(those[one]);
            }
        }

        void match(int asking) {
            fate(those[asking]);
            directory.match("d", "n", those[asking].role()).ifPresent(this::fate);
        }

        void assertOneFateForEach() {
            for (int i = 0; i < those.length; i++) {
                withdraw(i);
            }
            for (int i = 0; i < those.length; i++) {
                same("fates of number " + i, 1, fates.get(i));
            }
        }
    }

    private static Shared three(Directory directory) {
        return new Shared(directory, Role.ACCEPTOR, Role.DIALER, Role.DIALER);
    }

    private static void meet(Shared shared) {
        together(() -> shared.meet(0), () -> shared.meet(1), () -> shared.meet(2));
        shared.assertOneFateForEach();
    }

    @Test
    void ofThreeWhoMeetNobodyIsLostOrMetTwice() {
        Schedules.search(() -> three(new MemoryDirectory()), MemoryDirectoryScheduleTest::meet);
    }

    @Test
    void whoLeavesIsNotMatched() {
        Schedules.search(() -> new Shared(new MemoryDirectory(), Role.ACCEPTOR, Role.DIALER, Role.ACCEPTOR), shared -> {
            shared.meet(0);
            together(() -> shared.withdraw(0), () -> shared.match(1), () -> shared.meet(2));
            shared.assertOneFateForEach();
        });
    }

    @Test
    void newestThatIsAnnouncedStays() {
        Schedules.search(
                () -> new Shared(new MemoryDirectory(), Role.ACCEPTOR, Role.ACCEPTOR, Role.ACCEPTOR), shared -> {
                    together(() -> shared.announce(1), () -> shared.announce(2), () -> shared.announce(0));
                    same(
                            "who is found",
                            2,
                            shared.directory.find("d", "n").map(Presence::slot).orElse(-1L));
                    shared.assertOneFateForEach();
                });
    }

    @Test
    void searchFindsACopyThatLooksFirstAndActsThen() {
        assertThat(Schedules.mistake(() -> three(new MistakenDirectory()), MemoryDirectoryScheduleTest::meet))
                .contains("fates of number ");
    }
}
