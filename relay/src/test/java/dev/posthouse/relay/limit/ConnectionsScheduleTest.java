package dev.posthouse.relay.limit;

import static dev.posthouse.testkit.Schedules.same;
import static dev.posthouse.testkit.Schedules.together;

import dev.posthouse.testkit.Schedules;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link Connections} and {@link ConnectionPermit} under a search through their schedules: what is counted is given back, and once. */
@Tag(Schedules.TAG)
class ConnectionsScheduleTest {

    private static final AddressKey PROXY = key("127.0.0.1");
    private static final AddressKey ONE = key("127.0.0.2");
    private static final AddressKey OTHER = key("127.0.0.3");

    /** With these {@link Descriptors#hardLimit} is at one connection, and at two. */
    private static final Descriptors FOR_ONE = new Descriptors(2, 0);

    private static final Descriptors FOR_TWO = new Descriptors(3, 0);

    private static AddressKey key(String address) {
        return AddressKey.of(InetAddress.ofLiteral(address));
    }

    /** All that the threads of a program share. */
    private static final class Shared {
        private final Connections connections;
        private final List<ConnectionPermit> places = new CopyOnWriteArrayList<>();
        private final AtomicInteger refused = new AtomicInteger();

        Shared(Descriptors descriptors, Limits.Builder limits) {
            connections = new Connections(new Admission(limits.build()), descriptors);
        }

        void admit(@Nullable AddressKey owner, AddressKey account) {
            try {
                places.add(connections.admit(owner, account, this));
            } catch (OverLimit e) {
                refused.incrementAndGet();
            }
        }

        void admit(AddressKey owner) {
            admit(owner, owner);
        }

        void move(int place, AddressKey to) {
            try {
                places.get(place).moveTo(to);
            } catch (OverLimit e) {
                refused.incrementAndGet();
            }
        }

        void assertNothingIsLeft() {
            places.forEach(ConnectionPermit::close);
            same("open", 0, connections.open());
            for (AddressKey owner : List.of(PROXY, ONE, OTHER)) {
                same("open of " + owner, 0, connections.open(owner));
            }
            same("held", 0, connections.memory().held());
            same("owners of memory", 0, connections.memory().owners());
        }
    }

    @Test
    void lastDescriptorGoesToOneOfTwo() {
        Schedules.search(() -> new Shared(FOR_ONE, Limits.builder()), shared -> {
            together(() -> shared.admit(ONE), () -> shared.admit(OTHER));
            same("refused", 1, shared.refused.get());
            same("open", 1, shared.connections.open());
            same("open of either", 1, shared.connections.open(ONE) + shared.connections.open(OTHER));
            shared.assertNothingIsLeft();
        });
    }

    /** An address that has all that it may asks again: nobody else is refused for it, at any moment. */
    @Test
    void whoIsRefusedForItsOwnLimitCostsNobodyElseADescriptor() {
        Schedules.search(() -> new Shared(FOR_TWO, Limits.builder().connectionsPerAddress(1)), shared -> {
            shared.admit(ONE);
            together(() -> shared.admit(ONE), () -> shared.admit(OTHER));
            same("open of the other", 1, shared.connections.open(OTHER));
            same("refused", 1, shared.refused.get());
            shared.assertNothingIsLeft();
        });
    }

    @Test
    void connectionThatEndsWhileItsProxySaysWhoseItIsIsCountedForNobody() {
        Schedules.search(() -> new Shared(FOR_ONE, Limits.builder()), shared -> {
            shared.admit(null, PROXY);
            ConnectionPermit place = shared.places.getFirst();
            together(() -> shared.move(0, ONE), place::close, place::close);
            shared.assertNothingIsLeft();
        });
    }

    @Test
    void onlyOneOfTwoMovesWhereThereIsRoomForOne() {
        Schedules.search(() -> new Shared(FOR_TWO, Limits.builder().connectionsPerAddress(1)), shared -> {
            shared.admit(null, PROXY);
            shared.admit(null, PROXY);
            together(() -> shared.move(0, ONE), () -> shared.move(1, ONE));
            same("refused", 1, shared.refused.get());
            same("open of the owner", 1, shared.connections.open(ONE));
            shared.assertNothingIsLeft();
        });
    }

    /** There is memory for one of them only. */
    @Test
    void whoIsRefusedForMemoryIsCountedNowhere() {
        Schedules.search(
                () -> new Shared(FOR_TWO, Limits.builder().memoryInAll(4096).memoryPerAddress(4096)), shared -> {
                    together(() -> shared.admit(ONE), () -> shared.admit(OTHER));
                    same("refused", 1, shared.refused.get());
                    same("open", 1, shared.connections.open());
                    shared.assertNothingIsLeft();
                });
    }
}
