package dev.posthouse.interop.soak;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.interop.live.OffsetLegs;
import dev.posthouse.interop.process.Payload;
import dev.posthouse.net.ByteStream;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.Octets;
import dev.posthouse.offset.wire.RejectConnection;
import dev.posthouse.offset.wire.Version;
import dev.posthouse.testkit.ByteOracle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;

/** What clients of Offset do. */
final class OffsetVisits {

    private static final int LONGEST_MESSAGE = 32 * 1024;
    private static final int KIB = 1024;
    private static final int MIB = 1024 * 1024;

    private OffsetVisits() {}

    /** A caller that its listener has been told of. */
    private record Call(Callee listener, Ed25519KeyPair caller, KeepAlive leg, Incoming incoming, Payload answer) {}

    /** Both ends of a tunnel, and what comes out of each. */
    private record Joined(Call call, KeepAlive leg, Incoming incoming, Payload question) {}

    private static Call call(Visit visit) throws IOException, InterruptedException {
        return call(visit, Callee.listen(visit, visit.identity()), visit.size(1, 64 * KIB));
    }

    /**
     * Calls until the listener is told: the protocol does not say from when on somebody listens, so the relay may still have refused
     * the first calls.
     */
    private static Call call(Visit visit, Callee listener, long answer) throws IOException, InterruptedException {
        Ed25519KeyPair caller = visit.identity();
        Payload expected = Payload.of(visit.random().nextLong(), answer);
        while (true) {
            KeepAlive leg = visit.leg(caller, OffsetLegs.connect(listener.own()));
            Incoming incoming = Incoming.from(leg, expected.oracle());
            if (listener.toldOf(caller.publicKey(), incoming)) {
                return new Call(listener, caller, leg, incoming, expected);
            }
        }
    }

    private static Joined join(Visit visit, Call call, Payload question) throws IOException {
        KeepAlive leg =
                visit.leg(call.listener().own(), OffsetLegs.accept(call.caller().publicKey()));
        return new Joined(call, leg, Incoming.from(leg, question.oracle()), question);
    }

    private static void send(KeepAlive to, ByteOracle.Source source, SplittableRandom lengths) throws IOException {
        while (source.hasRemaining()) {
            to.send(ByteBuffer.wrap(source.next(lengths.nextInt(1, LONGEST_MESSAGE))));
        }
    }

    /** The rest of what the caller has to say, and the answer. */
    private static void converse(Visit visit, Joined tunnel, ByteOracle.Source question)
            throws IOException, InterruptedException {
        SplittableRandom one = visit.random().split();
        SplittableRandom other = visit.random().split();
        Payload answer = tunnel.call().answer();
        visit.together(
                () -> send(tunnel.call().leg(), question, one),
                () -> send(tunnel.leg(), answer.oracle().source(answer.length()), other),
                () -> tunnel.incoming().awaitExactly(tunnel.question().length()),
                () -> tunnel.call().incoming().awaitExactly(answer.length()));
        // The protocol knows no half-close: who has all ends it for both.
        tunnel.call().leg().close();
        tunnel.incoming().awaitEnd();
    }

    private static void converse(Visit visit, Call call, long length) throws IOException, InterruptedException {
        Payload question = Payload.of(visit.random().nextLong(), length);
        converse(visit, join(visit, call, question), question.oracle().source(length));
    }

    /** Listens, is called, accepts; some messages each way. */
    static void small(Visit visit) throws IOException, InterruptedException {
        converse(visit, call(visit), visit.size(1, 256 * KIB));
    }

    /** Several megabytes come back. */
    static void large(Visit visit) throws IOException, InterruptedException {
        Callee listener = Callee.listen(visit, visit.identity());
        converse(visit, call(visit, listener, visit.size(256 * KIB, 8 * MIB)), visit.size(1, KIB));
    }

    /** Some callers of one listener, one after the other. */
    static void callers(Visit visit) throws IOException, InterruptedException {
        Callee listener = Callee.listen(visit, visit.identity());
        for (int i = visit.random().nextInt(2, 5); i > 0; i--) {
            converse(visit, call(visit, listener, 1_000), visit.size(1, 16 * KIB));
        }
        listener.leave();
    }

    /** The caller speaks before it is accepted, often more than the relay keeps. */
    static void early(Visit visit) throws IOException, InterruptedException {
        Call call = call(visit);
        Payload question = Payload.of(visit.random().nextLong(), visit.size(16 * KIB, 512 * KIB));
        ByteOracle.Source source = question.oracle().source(question.length());
        SplittableRandom lengths = visit.random().split();
        Duration thought = visit.upTo(Duration.ofSeconds(2));
        visit.together(() -> send(call.leg(), source, lengths), () -> {
            visit.phase().pause(thought);
            converse(visit, join(visit, call, question), ByteOracle.of(0).source(0));
        });
    }

    /** A tunnel in which only signs of life go for up to a minute, and keys are drawn anew. */
    static void idle(Visit visit) throws IOException, InterruptedException {
        Call call = call(visit);
        Payload question = Payload.of(visit.random().nextLong(), 10);
        Joined tunnel = join(visit, call, question);
        visit.phase().pause(visit.upTo(Duration.ofMinutes(1)));
        converse(visit, tunnel, question.oracle().source(question.length()));
    }

    /** Nobody calls, for up to a minute. */
    static void listens(Visit visit) throws IOException, InterruptedException {
        Callee listener = Callee.listen(visit, visit.identity());
        visit.phase().pause(visit.upTo(Duration.ofMinutes(1)));
        listener.leave();
    }

    /** The listener does not want this caller. */
    static void rejected(Visit visit) throws IOException, InterruptedException {
        Call call = call(visit);
        call.listener()
                .leg()
                .send(new RejectConnection(Octets.of(call.caller().publicKey().bytes())).encode());
        call.incoming().awaitEnd();
    }

    /** The caller does not wait for its answer. */
    static void abandoned(Visit visit) throws IOException, InterruptedException {
        Call call = call(visit);
        visit.phase().pause(visit.upTo(Duration.ofSeconds(2)));
        call.leg().abort();
    }

    /** Nobody answers, until the relay has had enough of it or the phase is over. */
    static void unanswered(Visit visit) throws IOException, InterruptedException {
        Call call = call(visit);
        while (!call.incoming().ended() && visit.phase().pause(Duration.ofMillis(500))) {
            // it waits
        }
        call.leg().abort();
    }

    /** Calls somebody who is not there. */
    static void nobodyListens(Visit visit) throws IOException, InterruptedException {
        KeepAlive leg = visit.leg(visit.identity(), OffsetLegs.connect(visit.identity()));
        Incoming.from(leg, ByteOracle.of(0)).awaitEnd();
    }

    /** The listener goes while somebody waits for it. */
    static void listenerLeaves(Visit visit) throws IOException, InterruptedException {
        Call call = call(visit);
        call.listener().leg().abort();
        call.incoming().awaitEnd();
    }

    /** The listener comes again: the older channel is ended, and the newer one hears of who waits. */
    static void listenerReplaced(Visit visit) throws IOException, InterruptedException {
        Call call = call(visit);
        Callee newer = Callee.listen(visit, call.listener().own());
        call.listener().awaitEnd();
        if (newer.toldOf(call.caller().publicKey(), call.incoming())) {
            var moved = new Call(newer, call.caller(), call.leg(), call.incoming(), call.answer());
            converse(visit, moved, 1_000);
        } else {
            throw new AssertionError("who waited was not passed on to the listener's newer channel");
        }
    }

    /** An end of a tunnel is killed in the middle. */
    static void resetInTheMiddle(Visit visit) throws IOException, InterruptedException {
        Call call = call(visit);
        Payload question = Payload.of(visit.random().nextLong(), visit.size(1, 512 * KIB));
        Joined tunnel = join(visit, call, question);
        SplittableRandom lengths = visit.random().split();
        send(call.leg(), question.oracle().source(question.length()), lengths);
        if (visit.random().nextBoolean()) {
            call.leg().abort();
            tunnel.incoming().awaitEnd();
            tunnel.incoming().atMost(question.length());
        } else {
            tunnel.leg().abort();
            call.incoming().awaitEnd();
        }
    }

    /** A client whose key the relay does not know. */
    static void stranger(Visit visit) throws IOException, InterruptedException {
        try {
            KeepAlive leg = visit.leg(Ed25519KeyPair.generate(), new InitConnection.Listen());
            Incoming.from(leg, ByteOracle.of(0)).awaitEnd();
        } catch (IOException e) {
            // it may notice while it still says what it wants
        }
    }

    /** Begins as a client does and goes on with something else, or with nothing. */
    static void brokenHandshake(Visit visit) throws IOException {
        ByteStream stream = visit.connect();
        try {
            stream.write(frame(Version.frame()));
            switch (visit.random().nextInt(4)) {
                case 0 -> {
                    byte[] noise = new byte[visit.random().nextInt(1, 1_000)];
                    visit.random().nextBytes(noise);
                    stream.write(frame(ByteBuffer.wrap(noise)));
                }
                case 1 ->
                    stream.write(
                            ByteBuffer.allocate(Long.BYTES).putLong(1L << 40).flip());
                case 2 -> stream.write(ByteBuffer.allocate(Long.BYTES + 10).putLong(0, 200));
                default -> stream.shutdownOutput();
            }
        } catch (IOException e) {
            // the relay was faster
        }
        Bytes.awaitEnd(stream);
    }

    private static ByteBuffer frame(ByteBuffer content) {
        return ByteBuffer.allocate(Long.BYTES + content.remaining())
                .putLong(content.remaining())
                .put(content)
                .flip();
    }
}
