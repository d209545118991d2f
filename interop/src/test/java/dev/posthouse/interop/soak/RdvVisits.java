package dev.posthouse.interop.soak;

import dev.posthouse.interop.live.RdvPair;
import dev.posthouse.interop.process.Payload;
import dev.posthouse.net.ByteStream;
import dev.posthouse.testkit.ByteOracle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** What peers of rdv do: all that ends as it should, and much that does not. */
final class RdvVisits {

    /** With it the relay lets them in. */
    static final String BEARER = "soak-bearer-token";

    static final String AUTHORIZATION = "Authorization: Bearer " + BEARER + "\r\n";

    private static final int KIB = 1024;
    private static final int MIB = 1024 * 1024;

    private RdvVisits() {}

    private static Payload payload(Visit visit, long length) {
        return Payload.of(visit.random().nextLong(), length);
    }

    private static void ask(ByteStream stream, String method, Visit visit) throws IOException {
        Visit.write(stream, RdvPair.request(method, visit.token(), AUTHORIZATION));
    }

    /** Two meet, whichever comes first. */
    private static RdvPair met(Visit visit) throws IOException {
        ByteStream dialer = visit.stream();
        ByteStream acceptor = visit.stream();
        if (visit.random().nextBoolean()) {
            ask(acceptor, "ACCEPT", visit);
            ask(dialer, "DIAL", visit);
        } else {
            ask(dialer, "DIAL", visit);
            ask(acceptor, "ACCEPT", visit);
        }
        var pair = new RdvPair(dialer, acceptor);
        pair.greeted();
        return pair;
    }

    private static RdvPair relayed(Visit visit) throws IOException {
        RdvPair pair = met(visit);
        pair.goOn();
        return pair;
    }

    /** Some kilobytes each way, at once. */
    static void small(Visit visit) throws IOException, InterruptedException {
        bothWays(visit, relayed(visit), visit.size(1, 64 * KIB), visit.size(1, 64 * KIB));
    }

    /** Megabytes one way, and a little back. */
    static void large(Visit visit) throws IOException, InterruptedException {
        RdvPair pair = relayed(visit);
        long much = visit.size(64 * KIB, 16 * MIB);
        boolean dialed = visit.random().nextBoolean();
        bothWays(visit, pair, dialed ? much : 100, dialed ? 100 : much);
    }

    private static void bothWays(Visit visit, RdvPair pair, long there, long back)
            throws IOException, InterruptedException {
        Payload one = payload(visit, there);
        Payload other = payload(visit, back);
        visit.together(
                () -> Bytes.sendAndEnd(pair.dialer(), one),
                () -> Bytes.receive(pair.acceptor(), one),
                () -> Bytes.sendAndEnd(pair.acceptor(), other),
                () -> Bytes.receive(pair.dialer(), other));
        pair.close();
    }

    /** A question up to its end, and only then the answer: each direction is open alone for a while. */
    static void halfClosed(Visit visit) throws IOException, InterruptedException {
        RdvPair pair = relayed(visit);
        Payload question = payload(visit, visit.size(1, 256 * KIB));
        Payload answer = payload(visit, visit.size(1, MIB));
        Duration thought = visit.upTo(Duration.ofSeconds(5));
        visit.together(
                () -> {
                    Bytes.sendAndEnd(pair.dialer(), question);
                    Bytes.receive(pair.dialer(), answer);
                },
                () -> {
                    Bytes.receive(pair.acceptor(), question);
                    visit.phase().pause(thought);
                    Bytes.sendAndEnd(pair.acceptor(), answer);
                });
        pair.close();
    }

    /** Says a little now and then, for up to two minutes. */
    static void chatting(Visit visit) throws IOException, InterruptedException {
        RdvPair pair = relayed(visit);
        ByteOracle oracle = ByteOracle.of(visit.random().nextLong());
        ByteOracle.Source source = oracle.source(Long.MAX_VALUE);
        ByteOracle.Sink sink = oracle.sink();
        int turns = visit.random().nextInt(2, 40);
        for (int turn = 0; turn < turns; turn++) {
            byte[] words = source.next(visit.random().nextInt(1, 4 * KIB));
            boolean dialed = visit.random().nextBoolean();
            (dialed ? pair.dialer() : pair.acceptor()).write(ByteBuffer.wrap(words));
            Bytes.receiveExactly(dialed ? pair.acceptor() : pair.dialer(), sink, words.length);
            if (!visit.phase().pause(visit.upTo(Duration.ofSeconds(6)))) {
                break;
            }
        }
        bothWays(visit, pair, 0, 0);
    }

    /** Says nothing for up to a minute, and then a little. */
    static void idle(Visit visit) throws IOException, InterruptedException {
        RdvPair pair = relayed(visit);
        visit.phase().pause(visit.upTo(Duration.ofMinutes(1)));
        bothWays(visit, pair, 10, 10);
    }

    /** One reads more slowly than the other sends. */
    static void slowReader(Visit visit) throws IOException, InterruptedException {
        RdvPair pair = relayed(visit);
        Payload much = payload(visit, visit.size(256 * KIB, 8 * MIB));
        visit.together(
                () -> Bytes.sendAndEnd(pair.acceptor(), much),
                () -> Bytes.receiveSlowly(pair.dialer(), much, visit.phase()));
        pair.close();
    }

    /** Both send and neither reads, until the relay has had enough of it. */
    static void stalled(Visit visit) throws IOException, InterruptedException {
        RdvPair pair = relayed(visit);
        ByteOracle oracle = ByteOracle.of(visit.random().nextLong());
        visit.together(
                () -> Bytes.sendUntilReset(pair.dialer(), oracle), () -> Bytes.sendUntilReset(pair.acceptor(), oracle));
    }

    /** The one who sends, or the one who reads, is killed in the middle. */
    static void resetInTheMiddle(Visit visit) throws IOException, InterruptedException {
        RdvPair pair = relayed(visit);
        Payload first = payload(visit, visit.size(1, 2 * MIB));
        if (visit.random().nextBoolean()) {
            visit.together(
                    () -> {
                        Bytes.send(pair.dialer(), first);
                        pair.dialer().abort();
                    },
                    () -> Bytes.receivePrefix(pair.acceptor(), first));
        } else {
            visit.together(() -> Bytes.sendUntilReset(pair.dialer(), first.oracle()), () -> {
                ByteOracle.Sink sink = first.oracle().sink();
                for (long left = first.length(); left > 0; left -= 4 * KIB) {
                    Bytes.receiveExactly(pair.acceptor(), sink, (int) Math.min(left, 4 * KIB));
                }
                pair.acceptor().abort();
            });
        }
    }

    /** Comes, waits a while and leaves before anybody else comes, in one of the ways there are. */
    static void abandoned(Visit visit) throws IOException, InterruptedException {
        ByteStream alone = visit.stream();
        ask(alone, visit.random().nextBoolean() ? "DIAL" : "ACCEPT", visit);
        visit.phase().pause(visit.upTo(Duration.ofSeconds(2)));
        switch (visit.random().nextInt(4)) {
            case 0 -> alone.abort();
            case 1 -> alone.close();
            case 2 -> {
                alone.shutdownOutput();
                Bytes.awaitEnd(alone);
            }
            default -> {
                Visit.write(alone, "it was to be silent");
                Bytes.awaitEnd(alone);
            }
        }
    }

    /** Waits until the relay says that nobody came. */
    static void nobodyComes(Visit visit) throws IOException {
        ByteStream alone = visit.stream();
        ask(alone, visit.random().nextBoolean() ? "DIAL" : "ACCEPT", visit);
        answered(RdvPair.readHead(alone), "408");
        Bytes.awaitEnd(alone);
    }

    /** The same peer comes again: the older connection is sent away, the newer one is served. */
    static void replaced(Visit visit) throws IOException, InterruptedException {
        ByteStream one = visit.connect();
        ByteStream other = visit.connect();
        BlockingQueue<ByteStream> sentAway = new ArrayBlockingQueue<>(1);
        BlockingQueue<ByteStream> met = new ArrayBlockingQueue<>(1);
        Visit.Part oneAnswer = () -> sort(one, sentAway, met);
        Visit.Part otherAnswer = () -> sort(other, sentAway, met);
        visit.together(oneAnswer, otherAnswer, () -> {
            ask(one, "ACCEPT", visit);
            ask(other, "ACCEPT", visit);
            // Which of the two came first to the relay is not ours to say: whoever is sent away was the older one.
            ByteStream older = sentAway.take();
            Bytes.awaitEnd(older);
            ByteStream dialer = visit.connect();
            ask(dialer, "DIAL", visit);
            answered(RdvPair.readHead(dialer), "101");
            var pair = new RdvPair(dialer, met.take());
            pair.goOn();
            bothWays(visit, pair, 1_000, 1_000);
        });
    }

    private static void sort(ByteStream stream, BlockingQueue<ByteStream> sentAway, BlockingQueue<ByteStream> met)
            throws IOException, InterruptedException {
        String head = RdvPair.readHead(stream);
        if (head.startsWith("HTTP/1.1 101")) {
            met.put(stream);
        } else {
            answered(head, "409");
            sentAway.put(stream);
        }
    }

    /** They found a direct way: the relay lets go of both. */
    static void direct(Visit visit) throws IOException, InterruptedException {
        RdvPair pair = met(visit);
        Visit.write(pair.dialer(), "OTHER 192.0.2.1:9\n");
        visit.together(() -> Bytes.awaitEnd(pair.dialer()), () -> Bytes.awaitEnd(pair.acceptor()));
        pair.close();
    }

    /** They have met, and one leaves without a choice; or neither makes one, until the relay has had enough of it. */
    static void noChoice(Visit visit) throws IOException, InterruptedException {
        RdvPair pair = met(visit);
        switch (visit.random().nextInt(4)) {
            case 0 -> pair.dialer().abort();
            case 1 -> pair.dialer().close();
            case 2 -> Visit.write(pair.dialer(), "PERHAPS\n");
            default -> {
                // says nothing
            }
        }
        Bytes.awaitEnd(pair.acceptor());
    }

    private static void answered(String head, String status) {
        if (!head.startsWith("HTTP/1.1 " + status)) {
            throw new AssertionError(
                    "the answer is not " + status + " but " + head.lines().findFirst());
        }
    }
}
