package dev.posthouse.relay;

import dev.posthouse.net.Reason;
import dev.posthouse.relay.accept.Claim;
import dev.posthouse.relay.accept.ConnectionHandler;
import dev.posthouse.relay.accept.Detection;
import dev.posthouse.relay.accept.Detector;
import dev.posthouse.relay.accept.Dialect;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.accept.Service;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Begins with a word; answers one line with its name, the observed address and that line, and closes. Remembers how many
 * bytes it was shown at most.
 */
final class EchoDialect implements Dialect, Detector, Service, ConnectionHandler {

    private final String name;
    private final byte[] word;
    private final AtomicInteger mostShown = new AtomicInteger();
    private boolean fails;

    EchoDialect(String name, String word) {
        this.name = name;
        this.word = word.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The same, failing as soon as it serves. Called before it is shared. */
    EchoDialect failing() {
        fails = true;
        return this;
    }

    int mostShown() {
        return mostShown.get();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Entrance> entrances() {
        return List.of(new Entrance.FirstBytes(this, this));
    }

    @Override
    public Claim claim(ByteBuffer first) {
        mostShown.accumulateAndGet(first.remaining(), Math::max);
        for (byte b : word) {
            if (!first.hasRemaining()) {
                return Claim.needMore(word.length);
            }
            if (first.get() != b) {
                return Claim.NO;
            }
        }
        return Claim.yes(word.length);
    }

    @Override
    public List<byte[]> samples() {
        return word.length > Detection.BOUND ? List.of() : List.of(word.clone());
    }

    @Override
    public Service open(RelayServices services) {
        return this;
    }

    @Override
    public void refuse(Inbound connection, Reason why, String detail) throws IOException {
        connection.stream().write(ByteBuffer.wrap((why.label() + "\n").getBytes(StandardCharsets.ISO_8859_1)));
        connection.close();
    }

    @Override
    public List<String> addresses(List<String> hosts) {
        return hosts.stream().map(host -> name + "://" + host).toList();
    }

    @Override
    public void serve(Inbound leg) throws IOException {
        if (fails) {
            throw new IllegalStateException("made to fail");
        }
        var line = new StringBuilder();
        ByteBuffer some = ByteBuffer.allocate(64);
        while (line.indexOf("\n") < 0) {
            if (leg.stream().read(some.clear()) < 0) {
                throw new IOException("ended within its line");
            }
            line.append(StandardCharsets.ISO_8859_1.decode(some.flip()));
        }
        String answer = name + " " + leg.observed().orElseThrow() + " " + line;
        leg.stream().write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.ISO_8859_1)));
        leg.close();
    }

    @Override
    public void drain() {
        // nobody waits
    }

    @Override
    public void close() {
        // nothing is open
    }
}
