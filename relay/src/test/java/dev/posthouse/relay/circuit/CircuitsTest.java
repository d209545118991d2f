package dev.posthouse.relay.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.ConnectionPermit;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.limit.Party;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.splice.Meter;
import dev.posthouse.relay.splice.SpliceEnd;
import dev.posthouse.relay.splice.Splicer;
import dev.posthouse.relay.splice.Terms;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever fails while a circuit is opened or ended, both peers are let go of and nothing stays counted. */
@ExtendWith(LeakCheck.class)
class CircuitsTest {

    /** What is told of a circuit, in order; and where the listener fails. */
    private final List<RelayEvent> told = new ArrayList<>();

    private final AtomicInteger places = new AtomicInteger();
    private final List<SpliceEnd> ends = new ArrayList<>();
    private Splicer dataPath;

    @BeforeEach
    void start() throws IOException {
        dataPath = Splicer.start();
    }

    @AfterEach
    void stop() {
        dataPath.close();
    }

    private Permit place() {
        places.incrementAndGet();
        return new Permit(places::decrementAndGet);
    }

    private Inbound leg(ByteStream stream) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        return new Inbound(stream, address, Optional.of(address), ConnectionPermit.uncounted(), Duration.ofSeconds(10));
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                        new IllegalArgumentException("a test's"),
                        new OutOfMemoryError("a test's"),
                        new AssertionError("a test's"))
                .flatMap(fault ->
                        Stream.of("limits", "joint", "opened", "closed").map(where -> Arguments.of(where, fault)));
    }

    private static void raise(Throwable fault) {
        if (fault instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) fault;
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "0, 5, 5", "5, 0, 5", "5, 3, 3", "3, 5, 3"})
    void theShorterOfTwoLongestTimesHolds(int ofLimits, int asked, int held) throws Exception {
        var circuits = new Circuits(
                new Admission(
                        Limits.builder().longest(Duration.ofHours(ofLimits)).build()),
                told::add);
        MemoryPair dialer = MemoryPair.create();
        MemoryPair acceptor = MemoryPair.create();
        var terms = new ArrayList<Terms>();
        circuits.open(new CircuitRequest(
                "test",
                circuits.nextNumber(),
                NameTag.of("t"),
                leg(dialer.right()),
                leg(acceptor.right()),
                (given, onEnd) -> {
                    terms.add(given);
                    return dataPath.join(dialer.right(), acceptor.right(), given, onEnd);
                },
                place(),
                new CircuitTerms(Duration.ofHours(asked), List.of(), List.of()),
                Duration.ZERO,
                ends::add));
        assertThat(terms).singleElement().extracting(Terms::longest).isEqualTo(Duration.ofHours(held));
        dialer.left().close();
        acceptor.left().close();
        await().until(() -> ends.size() == 1);
    }

    @ParameterizedTest(name = "{0} throws {1}")
    @MethodSource("faults")
    void everythingIsGivenBackWhereverItFails(String where, Throwable fault) throws Exception {
        var circuits = new Circuits(new Admission(Limits.DEFAULT), event -> {
            told.add(event);
            if ((event instanceof RelayEvent.CircuitOpened && where.equals("opened"))
                    || (event instanceof RelayEvent.CircuitClosed && where.equals("closed"))) {
                raise(fault);
            }
        });
        MemoryPair dialer = MemoryPair.create();
        MemoryPair acceptor = MemoryPair.create();
        Joint joint = (terms, onEnd) -> {
            if (where.equals("joint") || where.equals("closed")) {
                raise(fault);
            }
            return dataPath.join(dialer.right(), acceptor.right(), terms, onEnd);
        };
        Consumer<SpliceEnd> onEnd = ends::add;
        CircuitEnd first = where.equals("limits") ? nameless(dialer.right(), fault) : leg(dialer.right());

        try {
            circuits.open(new CircuitRequest(
                    "test",
                    circuits.nextNumber(),
                    NameTag.of("t"),
                    first,
                    leg(acceptor.right()),
                    joint,
                    place(),
                    CircuitTerms.NONE,
                    Duration.ZERO,
                    onEnd));
        } catch (RuntimeException | Error e) {
            // What a listener throws at the end may come out here: everything was given back before.
            assertThat(e).isSameAs(fault);
        }

        assertThat(places).hasValue(0);
        assertThat(circuits.running()).isEmpty();
        assertThat(dialer.right().isOpen()).isFalse();
        assertThat(acceptor.right().isOpen()).isFalse();
        assertThat(ends).singleElement().extracting(SpliceEnd::reason).isEqualTo(Reason.INTERNAL);
        assertThat(told)
                .filteredOn(RelayEvent.Fault.class::isInstance)
                .singleElement()
                .isEqualTo(new RelayEvent.Fault("opening a circuit", fault));
        dialer.left().close();
        acceptor.left().close();
    }

    /** One whose limits nobody can look up. */
    private static CircuitEnd nameless(ByteStream stream, Throwable fault) {
        return new CircuitEnd() {
            @Override
            public Party party() {
                raise(fault);
                throw new AssertionError();
            }

            @Override
            public Holding holding() {
                return Holding.uncounted();
            }

            @Override
            public boolean isAcceptedBy(Object relay) {
                return false;
            }

            @Override
            public void release() {}

            @Override
            public void abort() {
                stream.abort();
            }
        };
    }

    @Test
    void limitsRefuseTheRatesThatNoMeterTakes() {
        for (long rate : new long[] {-1, Meter.FASTEST_RATE + 1, 1L << 40, Long.MAX_VALUE}) {
            for (var set : List.<Consumer<Limits.Builder>>of(
                    builder -> builder.ratePerCircuit(rate),
                    builder -> builder.ratePerAddress(rate),
                    builder -> builder.rateInAll(rate))) {
                Limits.Builder builder = Limits.builder();
                set.accept(builder);
                assertThatIllegalArgumentException()
                        .isThrownBy(builder::build)
                        .withMessageContaining("bytes a second, not " + rate);
            }
        }
    }
}
