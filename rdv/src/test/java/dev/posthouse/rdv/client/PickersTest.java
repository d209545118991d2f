package dev.posthouse.rdv.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.connection.Route;
import dev.posthouse.testkit.LeakCheck;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each picker makes of a race, without a network and without a clock. */
@ExtendWith(LeakCheck.class)
class PickersTest {

    private static Picker.Candidate relay(long after) {
        return new Picker.Candidate(
                new Route.Relayed(InetSocketAddress.createUnresolved("relay", 80)), Duration.ofMillis(after));
    }

    private static Picker.Candidate direct(long after) {
        return new Picker.Candidate(
                new Route.Direct(InetSocketAddress.createUnresolved("peer", 1)), Duration.ofMillis(after));
    }

    /** A race whose candidates come at their times, on a clock that jumps to them. */
    private static final class Script implements Picker.Race {
        private final ArrayDeque<Picker.Candidate> coming;
        private final List<Picker.Candidate> seen = new ArrayList<>();
        private Duration clock = Duration.ZERO;
        private boolean possible = true;

        Script(Picker.Candidate... coming) {
            this.coming = new ArrayDeque<>(List.of(coming));
        }

        Script hopeless() {
            possible = false;
            return this;
        }

        @Override
        public Optional<Picker.Candidate> next(Duration limit) {
            Duration until = clock.plus(limit);
            Picker.Candidate next = coming.peek();
            if (next == null || next.after().compareTo(until) > 0) {
                clock = until;
                return Optional.empty();
            }
            coming.remove();
            clock = clock.compareTo(next.after()) < 0 ? next.after() : clock;
            seen.add(next);
            return Optional.of(next);
        }

        @Override
        public List<Picker.Candidate> candidates() {
            return seen;
        }

        @Override
        public boolean directIsPossible() {
            return possible;
        }

        @Override
        public boolean exchangeUnderWay() {
            return false;
        }

        @Override
        public Duration roundTrip() {
            return Duration.ofMillis(100);
        }

        @Override
        public Optional<Duration> peerRoundTrip() {
            return Optional.of(Duration.ofMillis(60));
        }

        @Override
        public Duration elapsed() {
            return clock;
        }
    }

    @ParameterizedTest
    @CsvSource({
        // own, peer's (empty: untold), patience
        "0, 0, 500",
        "1, 1, 500",
        "50, 50, 500",
        "60, 60, 600",
        "100, 60, 800",
        "200, 200, 2000",
        "900, 100, 5000",
        "10000, 10000, 5000",
        "1, , 1000",
        "50, , 1000",
        "150, , 1500",
        "10000, , 5000",
    })
    void patienceIsTenOneWayTripsWithinBounds(long own, Long peer, long patience) {
        assertThat(Pickers.patience(
                        Duration.ofMillis(own), Optional.ofNullable(peer).map(Duration::ofMillis)))
                .isEqualTo(Duration.ofMillis(patience));
    }

    @Test
    void firstTakesWhateverComes() throws Exception {
        assertThat(Picker.first().pick(new Script(relay(0), direct(1)))).isEqualTo(relay(0));
        assertThat(Picker.first().pick(new Script(direct(5)))).isEqualTo(direct(5));
        assertThatThrownBy(() -> Picker.first().pick(new Script())).isInstanceOf(PeerUnreachable.class);
    }

    @Test
    void waitForDirectEndsWithTheFirstDirectOne() throws Exception {
        var race = new Script(relay(0), direct(40), direct(50));
        assertThat(Picker.waitForDirect(Duration.ofMillis(100)).pick(race)).isEqualTo(direct(40));
        assertThat(race.elapsed()).isEqualTo(Duration.ofMillis(40));
    }

    @Test
    void waitForDirectTakesTheRelayWhenTheTimeIsUp() throws Exception {
        var race = new Script(relay(0), direct(140));
        assertThat(Picker.waitForDirect(Duration.ofMillis(100)).pick(race)).isEqualTo(relay(0));
        assertThat(race.elapsed()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void waitForDirectDoesNotWaitWhereNoneCanCome() throws Exception {
        var race = new Script(relay(0)).hopeless();
        assertThat(Picker.waitForDirect(Duration.ofMillis(100)).pick(race)).isEqualTo(relay(0));
        assertThat(race.elapsed()).isZero();
    }

    @Test
    void waitConstantTakesTheFirstDirectOneButNeverEarly() throws Exception {
        var race = new Script(relay(0), direct(10), direct(20));
        assertThat(Picker.waitConstant(Duration.ofMillis(100)).pick(race)).isEqualTo(direct(10));
        assertThat(race.elapsed()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void adaptiveWaitsAsLongAsThePathIs() throws Exception {
        var slow = new Script(relay(0), direct(801));
        assertThat(Picker.adaptive().pick(slow)).isEqualTo(relay(0));
        assertThat(slow.elapsed()).isEqualTo(Duration.ofMillis(800));
        assertThat(Picker.adaptive().pick(new Script(relay(0), direct(799)))).isEqualTo(direct(799));
    }

    @Test
    void raceWithoutAnyRouteFails() {
        for (Picker picker : List.of(
                Picker.waitForDirect(Duration.ofMillis(1)),
                Picker.waitConstant(Duration.ofMillis(1)),
                Picker.adaptive())) {
            assertThatThrownBy(() -> picker.pick(new Script()))
                    .isInstanceOf(PeerUnreachable.class)
                    .hasMessageContaining("no route to the peer");
        }
    }
}
