package dev.posthouse.net.punch;

import static dev.posthouse.net.punch.Loopback.PACING;
import static dev.posthouse.net.punch.Loopback.PATIENCE;
import static dev.posthouse.net.punch.Loopback.V4;
import static dev.posthouse.net.punch.Loopback.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.connection.Report;
import dev.posthouse.net.punch.ProvedArrivals.Proved;
import dev.posthouse.testkit.LeakCheck;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who connects is nobody until it has shown who it is, and whoever does not show it costs the peer nothing. */
@ExtendWith(LeakCheck.class)
class ProvedArrivalsTest {

    private static final int OPEN_SESAME = 7;
    private static final int CHOSEN = 8;

    /** As many strangers as are looked at, at a time. */
    private static final int STRANGERS = 16;

    private static int readByte(ByteStream stream) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        if (stream.read(one) < 0) {
            throw new EOFException("it has left");
        }
        return one.get(0);
    }

    /** The peer is who sends the right byte. */
    private static class Password implements ProvedArrivals.Exchange {
        @Override
        public ByteStream prove(Arrival arrival) throws IOException {
            if (readByte(arrival.stream()) != OPEN_SESAME) {
                throw new ProtocolViolation("another word");
            }
            return arrival.stream();
        }
    }

    /** And who then says that it has chosen. */
    private static final class PasswordAndChoice extends Password {
        private final CountDownLatch waits = new CountDownLatch(1);

        @Override
        public ByteStream awaitChoice(ByteStream proved) throws IOException {
            waits.countDown();
            if (readByte(proved) != CHOSEN) {
                throw new ProtocolViolation("no choice");
            }
            return proved;
        }
    }

    private final LinkedBlockingQueue<Proved> ready = new LinkedBlockingQueue<>();

    private ProvedArrivals arrivals(PunchSocket socket, Set<InetAddress> named, ProvedArrivals.Exchange exchange)
            throws IOException {
        var arrivals =
                new ProvedArrivals(socket.race(List.of(), PACING), named, exchange, Duration.ofMinutes(1), ready::add);
        arrivals.start();
        return arrivals;
    }

    private static SocketChannel connect(PunchSocket to, int... says) throws IOException {
        SocketChannel channel = SocketChannel.open(at(V4, to.port()));
        ByteBuffer bytes = ByteBuffer.allocate(says.length);
        for (int one : says) {
            bytes.put((byte) one);
        }
        channel.write(bytes.flip());
        return channel;
    }

    private Proved next() throws InterruptedException {
        Proved proved = ready.poll(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        assertThat(proved).as("who has proved itself").isNotNull();
        return proved;
    }

    private static boolean isOver(SocketChannel channel) throws IOException {
        try {
            return channel.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException e) {
            return true;
        }
    }

    private static List<String> outcomes(ProvedArrivals arrivals) {
        return arrivals.attempts().stream().map(Report.Attempt::outcome).toList();
    }

    @Test
    void onlyWhoProvesItselfIsSeen() throws Exception {
        try (PunchSocket socket = Loopback.socket();
                ProvedArrivals arrivals = arrivals(socket, Set.of(), new Password());
                SocketChannel wrong = connect(socket, 1);
                SocketChannel right = connect(socket, OPEN_SESAME)) {
            Proved proved = next();
            assertThat(proved.arrival().remote()).isEqualTo(right.getLocalAddress());
            assertThat(isOver(wrong)).isTrue();
            await().until(() -> outcomes(arrivals).contains("rejected: another word"));
            arrivals.choose(proved.arrival());
            assertThat(outcomes(arrivals)).contains("chosen");
            assertThat(ready).isEmpty();

            arrivals.close();
            proved.stream().write(ByteBuffer.wrap(new byte[] {9}));
            ByteBuffer heard = ByteBuffer.allocate(1);
            right.read(heard);
            assertThat(heard.get(0)).as("the chosen one goes on").isEqualTo((byte) 9);
            proved.stream().close();
        }
    }

    @Test
    void whoWaitsForAChoiceIsUnderWayAndEndsWithTheRace() throws Exception {
        var exchange = new PasswordAndChoice();
        try (PunchSocket socket = Loopback.socket();
                ProvedArrivals arrivals = arrivals(socket, Set.of(), exchange);
                SocketChannel undecided = connect(socket, OPEN_SESAME)) {
            assertThat(exchange.waits.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(arrivals.isUnderWay()).isTrue();
            arrivals.close();
            assertThat(isOver(undecided)).isTrue();
            assertThat(arrivals.isUnderWay()).isFalse();
            assertThat(arrivals.isOpen()).isFalse();
            assertThat(ready).isEmpty();
        }
    }

    @Test
    void strangersTakeNoPlaceOfThePeers() throws Exception {
        var strangers = new ArrayList<SocketChannel>();
        try (PunchSocket socket = Loopback.socket();
                ProvedArrivals arrivals =
                        arrivals(socket, Set.of(InetAddress.ofLiteral("127.0.0.2")), new Password())) {
            for (int i = 0; i <= STRANGERS; i++) {
                strangers.add(connect(socket));
            }
            await().until(() -> outcomes(arrivals).contains("rejected: too many at a time"));
            try (SocketChannel peer = SocketChannel.open()) {
                peer.bind(at(InetAddress.ofLiteral("127.0.0.2"), 0));
                peer.connect(at(V4, socket.port()));
                peer.write(ByteBuffer.wrap(new byte[] {OPEN_SESAME}));
                Proved proved = next();
                assertThat(proved.arrival().remote()).isEqualTo(peer.getLocalAddress());
                // A stranger's place comes back when it leaves.
                strangers.removeFirst().close();
                await().until(() -> outcomes(arrivals).contains("rejected: it has left"));
                try (SocketChannel late = connect(socket, OPEN_SESAME)) {
                    assertThat(next().arrival().remote()).isEqualTo(late.getLocalAddress());
                }
            }
        } finally {
            for (SocketChannel stranger : strangers) {
                stranger.close();
            }
        }
    }

    @Test
    void whatAnExchangeThrowsEndsItsConnectionAlone() throws Exception {
        var broken = new Password() {
            @Override
            public ByteStream prove(Arrival arrival) throws IOException {
                ByteStream stream = super.prove(arrival);
                if (readByte(stream) != CHOSEN) {
                    throw new StackOverflowError("of the test's making");
                }
                return stream;
            }
        };
        try (PunchSocket socket = Loopback.socket();
                ProvedArrivals arrivals = arrivals(socket, Set.of(), broken);
                SocketChannel bad = connect(socket, OPEN_SESAME, 1);
                SocketChannel good = connect(socket, OPEN_SESAME, CHOSEN)) {
            assertThat(next().arrival().remote()).isEqualTo(good.getLocalAddress());
            assertThat(isOver(bad)).isTrue();
            // The error goes to whoever hears of uncaught ones, too, as it should.
            await().dontCatchUncaughtExceptions().until(() -> outcomes(arrivals).contains("rejected: internal error"));
        }
    }
}
