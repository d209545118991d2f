package dev.posthouse.relay.meet;

import static dev.posthouse.testkit.Schedules.same;
import static dev.posthouse.testkit.Schedules.together;
import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.SilentStream;
import dev.posthouse.relay.splice.Watch;
import dev.posthouse.relay.splice.WatchEnd;
import dev.posthouse.testkit.Schedules;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link WaitingRoom} under a search through its schedules, and the proof that the search finds mistakes in such a room. */
@Tag(Schedules.TAG)
class WaitingRoomScheduleTest {

    /** What is searched: the room, or a copy with a mistake. */
    interface Room {
        long reserve();

        void vacate(long number);

        void park(long number, Waiter waiter, Watch watch);

        void leave(long number);

        boolean take(long number) throws InterruptedException;

        int size();
    }

    /** The room itself. */
    private static final class Real implements Room {
        private final WaitingRoom room = new WaitingRoom(new NoDataPath());

        @Override
        public long reserve() {
            return room.reserve();
        }

        @Override
        public void vacate(long number) {
            room.vacate(number);
        }

        @Override
        public void park(long number, Waiter waiter, Watch watch) {
            room.park(number, waiter, () -> watch);
        }

        @Override
        public void leave(long number) {
            room.leave(number);
        }

        @Override
        public boolean take(long number) throws InterruptedException {
            return room.take(number).isPresent();
        }

        @Override
        public int size() {
            return room.size();
        }
    }

    /** One who waits, and his watch, which is over once. */
    private static final class Parked implements Waiter, Watch {
        private final SilentStream stream = new SilentStream();
        private final AtomicBoolean over = new AtomicBoolean();

        @Override
        public ByteStream stream() {
            return stream;
        }

        @Override
        public void waitEnded(WatchEnd.Cause cause, ByteStream back) {
            throw new AssertionError("nobody watches");
        }

        @Override
        public Optional<ByteStream> release() {
            return over.compareAndSet(false, true) ? Optional.of(stream) : Optional.empty();
        }

        boolean end() {
            return over.compareAndSet(false, true);
        }
    }

    /** All that the threads of a program share. */
    private static final class Shared {
        private final Room room;
        private final Parked parked = new Parked();
        private final AtomicInteger taken = new AtomicInteger();
        private final AtomicInteger left = new AtomicInteger();
        private final long slot;

        Shared(Room room) {
            this.room = room;
            this.slot = room.reserve();
        }

        void take() throws InterruptedException {
            if (room.take(slot)) {
                taken.incrementAndGet();
            }
        }

        void park() {
            room.park(slot, parked, parked);
        }

        void parkFails() {
            try {
                ((Real) room).room.park(slot, parked, () -> {
                    throw new IllegalArgumentException("no watch");
                });
            } catch (IllegalArgumentException e) {
                return;
            }
            throw new AssertionError("it was parked");
        }

        void endWatch() {
            if (parked.end()) {
                room.leave(slot);
                left.incrementAndGet();
            }
        }

        void takeAll() throws InterruptedException {
            taken.addAndGet(((Real) room).room.takeAll(waiter -> true).size());
        }
    }

    private static Shared real() {
        return new Shared(new Real());
    }

    /** Two come for one who is just arriving. */
    private static void twoTakeOne(Shared shared) {
        together(shared::park, shared::take, shared::take);
        same("taken", 1, shared.taken.get());
        same("left in the room", 0, shared.room.size());
    }

    /** One comes for somebody who gives up instead of waiting. */
    private static void takeMeetsVacate(Shared shared) {
        together(() -> shared.room.vacate(shared.slot), shared::take);
        same("taken", 0, shared.taken.get());
        same("left in the room", 0, shared.room.size());
    }

    /** One comes for somebody whose watch ends in that instant. */
    private static void takeMeetsTheEndOfTheWatch(Shared shared) {
        shared.park();
        together(shared::endWatch, shared::take);
        same("ends", 1, shared.taken.get() + shared.left.get());
        same("left in the room", 0, shared.room.size());
    }

    @Test
    void whoParksIsTakenByOneOfTwo() {
        Schedules.search(WaitingRoomScheduleTest::real, WaitingRoomScheduleTest::twoTakeOne);
    }

    @Test
    void whoGivesUpLeavesNobodyWaitingForHim() {
        Schedules.search(WaitingRoomScheduleTest::real, WaitingRoomScheduleTest::takeMeetsVacate);
    }

    @Test
    void whoIsTakenHasNotLeftAndTheOtherWayRound() {
        Schedules.search(WaitingRoomScheduleTest::real, WaitingRoomScheduleTest::takeMeetsTheEndOfTheWatch);
    }

    /** A dialect that watches by itself may see the end before the slot is parked. */
    @Test
    void whoLeavesWhileArrivingLeavesNobodyWaitingForHim() {
        Schedules.search(WaitingRoomScheduleTest::real, shared -> {
            together(() -> shared.room.leave(shared.slot), shared::take);
            same("taken", 0, shared.taken.get());
            same("left in the room", 0, shared.room.size());
        });
    }

    @Test
    void failureToWatchLeavesNobodyWaitingForIt() {
        Schedules.search(WaitingRoomScheduleTest::real, shared -> {
            together(shared::parkFails, shared::take);
            same("taken", 0, shared.taken.get());
            same("left in the room", 0, shared.room.size());
        });
    }

    @Test
    void takingAllTakesWhoeverIsParkedBefore() {
        Schedules.search(WaitingRoomScheduleTest::real, shared -> {
            shared.park();
            together(shared::takeAll, shared::take, shared::endWatch);
            same("ends", 1, shared.taken.get() + shared.left.get());
            same("left in the room", 0, shared.room.size());
        });
    }

    /** Mistakes that were seeded in {@link MistakenRoom}, each with the program that shows it. */
    @ParameterizedTest
    @EnumSource(MistakenRoom.Mistake.class)
    void searchFindsAMistakeInACopy(MistakenRoom.Mistake mistake) {
        String found = Schedules.mistake(() -> new Shared(new MistakenRoom(mistake)), shared -> {
            switch (mistake) {
                case WAKES_NOBODY -> takeMeetsVacate(shared);
                case LOOKS_ONCE -> twoTakeOne(shared);
                case FORGETS_TO_REMOVE -> takeMeetsTheEndOfTheWatch(shared);
            }
        });
        assertThat(found)
                .as("what the search says of " + mistake)
                .contains(
                        switch (mistake) {
                            case WAKES_NOBODY -> "hung";
                            case LOOKS_ONCE -> "taken: 0 instead of 1";
                            case FORGETS_TO_REMOVE -> "left in the room: 1 instead of 0";
                        });
    }
}
