package dev.posthouse.interop.soak;

import dev.posthouse.interop.live.RdvPair;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.tls.TlsStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/** Who is refused, is not understood, or does not finish what it has begun. */
final class WrongVisits {

    private static final String UPGRADE = "Host: a\r\nConnection: upgrade\r\nUpgrade: rdv/1\r\n\r\n";

    /** A request and how its answer begins; empty for none. */
    private record Wrong(String request, String answer) {}

    private static final List<Wrong> REQUESTS = List.of(
            new Wrong("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 426"),
            new Wrong("DIAL /t HTTP/1.0\r\n" + UPGRADE, "HTTP/1.0 426"),
            new Wrong("BREW /t HTTP/1.1\r\n" + UPGRADE, "HTTP/1.1 400"),
            new Wrong("DIAL / HTTP/1.1\r\n" + UPGRADE, "HTTP/1.1 400"),
            new Wrong("DIAL /%zz HTTP/1.1\r\n" + UPGRADE, "HTTP/1.1 400"),
            new Wrong("DIAL /t HTTP/1.1\r\nRdv-Self-Addrs: nowhere\r\n" + UPGRADE, "HTTP/1.1 400"),
            new Wrong("DIAL /t HTTP/1.1\r\nX: " + "x".repeat(40_000) + "\r\n" + UPGRADE, "HTTP/1.1 431"),
            new Wrong("DIAL\r\n\r\n", "HTTP/1.1 400"),
            new Wrong("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n\r\n", "HTTP/1.1 400"),
            new Wrong(RdvPair.request("DIAL", "t"), "HTTP/1.1 401"),
            new Wrong(RdvPair.request("ACCEPT", "t", "Authorization: Bearer of-another\r\n"), "HTTP/1.1 401"),
            new Wrong("\u0005\u0001\u0000", ""),
            new Wrong("\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0005", ""));

    /** More than a TLS client's first message has. */
    private static final int HELLO = 516;

    private WrongVisits() {}

    /** A request that is refused. */
    static void request(Visit visit) throws IOException {
        Wrong wrong = REQUESTS.get(visit.random().nextInt(REQUESTS.size()));
        ByteStream stream = visit.chance(0.1) ? visit.tls() : visit.connect();
        Visit.write(stream, wrong.request());
        if (wrong.answer().isEmpty()) {
            Bytes.awaitEnd(stream);
            return;
        }
        String head = RdvPair.readHead(stream);
        if (!head.startsWith(wrong.answer())) {
            throw new AssertionError("the answer to " + wrong.request().lines().findFirst() + " is not "
                    + wrong.answer() + " but " + head.lines().findFirst());
        }
        if (visit.random().nextBoolean()) {
            stream.close();
        }
    }

    /** A request from a network that is denied. */
    static void denied(Visit visit) throws IOException {
        ByteStream stream = visit.connectDenied();
        Visit.write(stream, RdvPair.request("DIAL", visit.token(), RdvVisits.AUTHORIZATION));
        String head = RdvPair.readHead(stream);
        if (!head.startsWith("HTTP/1.1 403")) {
            throw new AssertionError(
                    "a denied network is answered " + head.lines().findFirst());
        }
    }

    /** Half a head, and then nothing more, until the relay has had enough of it. */
    static void halfHead(Visit visit) throws IOException, InterruptedException {
        ByteStream stream = visit.connect();
        String head = RdvPair.request("DIAL", visit.token(), RdvVisits.AUTHORIZATION);
        Visit.write(stream, head.substring(0, visit.random().nextInt(1, head.length() - 1)));
        switch (visit.random().nextInt(3)) {
            case 0 -> Bytes.awaitEnd(stream);
            case 1 -> {
                visit.phase().pause(visit.upTo(Duration.ofSeconds(2)));
                stream.abort();
            }
            default -> stream.close();
        }
    }

    /** Connects and says nothing. */
    static void silent(Visit visit) throws IOException, InterruptedException {
        ByteStream stream = visit.connect();
        visit.phase().pause(visit.upTo(Duration.ofSeconds(5)));
        stream.close();
    }

    /** TLS that is begun and left, at one point or another. */
    static void tlsLeft(Visit visit) throws IOException, InterruptedException {
        switch (visit.random().nextInt(5)) {
            case 0 -> {
                ByteStream half = visit.connect();
                half.write(ByteBuffer.wrap(halfHello()));
                visit.phase().pause(visit.upTo(Duration.ofSeconds(3)));
                half.abort();
            }
            case 1 -> {
                ByteStream noise = visit.connect();
                byte[] hello = halfHello();
                hello[3] = 0;
                hello[4] = 10;
                noise.write(ByteBuffer.wrap(hello));
                Bytes.awaitEnd(noise);
            }
            case 2 -> visit.tls().abort();
            case 3 -> {
                TlsStream silent = visit.tls();
                visit.phase().pause(visit.upTo(Duration.ofSeconds(3)));
                silent.close();
            }
            default -> {
                TlsStream half = visit.tls();
                Visit.write(half, "DIAL /half HTTP/1.1\r\nHo");
                half.abort();
            }
        }
    }

    private static byte[] halfHello() {
        byte[] half = new byte[HELLO];
        half[0] = 0x16;
        half[1] = 3;
        half[2] = 1;
        half[3] = 4;
        half[5] = 1;
        half[7] = 3;
        return half;
    }
}
